/*
 * steps: the steps of a merge, in the order in which merge.c takes them.
 */
#ifndef VV_DIFF_MERGE_STEPS_H
#define VV_DIFF_MERGE_STEPS_H

#include "diff/merge/state.h"

/* ---- match: which row of base is which of a side, into the sides of the state ---- */

vv_status merge_rows_match(merge *m, vv_error *err);

/* Has a side (nearly) nothing of base's rows? */
bool merge_is_other_table(merge *m, const merge_side *s);
/* rows that both added; after the columns are known */
vv_status merge_partners(merge *m, vv_error *err);

void merge_match_clear(merge *m);

/* ---- columns: which columns the result has, and in what order ---- */

/* columns of either side, and what identifies rows */
vv_status merge_columns_match(merge *m, vv_error *err);
/* Does the side have every column of base's key? */
bool merge_has_key_of_base(const merge *m, size_t side);
vv_status merge_columns_choose(merge *m, vv_error *err); /* after merge_rows_match */

/* Examines columns that the other side dropped. *why: the table, or a row that a side added or
 * changed, would become empty; else NULL. After merge_rows_match. */
vv_status merge_dropped_look(merge *m, const char **why, vv_error *err);

/* ---- schema: how the result is to be read: its descriptors, key, cut and dialect ---- */

/* Descriptors, key and cut, into m->as and m->compare. */
vv_status merge_schema(merge *m, vv_error *err);

/* The dialect, into m->as; whose lines can be copied. */
vv_status merge_form(merge *m, vv_error *err);

/* ---- write: the result's bytes, pulled ---- */

vv_status merge_writer_open(merge *m, vv_error *err);
ssize_t merge_writer_read(void *payload, void *buf, size_t len, vv_error *err);
uint64_t merge_writer_rows(const merge *m);
void merge_writer_close(merge *m);

#endif
