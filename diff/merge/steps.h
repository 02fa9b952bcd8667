/*
 * steps: the steps of a merge, which merge.c calls. A comment states which step must be called
 * before, if the order matters.
 */
#ifndef VV_DIFF_MERGE_STEPS_H
#define VV_DIFF_MERGE_STEPS_H

#include "diff/merge/state.h"

/* ---- match: finds the rows of base in each side ---- */

/* Matches the rows of base with the rows of each side, and sets the members `by_old` to `groups` of
 * m->side. Call after merge_columns_match. */
vv_status merge_rows_match(merge *m, vv_error *err);

/* Returns true if the side has so few columns or rows in common with base that it is a different
 * table. Call after merge_rows_match. */
bool merge_is_other_table(merge *m, const merge_side *s);
/* Pairs rows that both sides added with the same key: sets merge_side.partner. Call after
 * merge_columns_choose. */
vv_status merge_partners(merge *m, vv_error *err);

/* Frees the members of m->side that merge_rows_match set. */
void merge_match_clear(merge *m);

/* ---- columns: chooses the columns of the result, and their order ---- */

/* Pairs the columns of base with those of each side, and chooses the columns that identify rows. */
vv_status merge_columns_match(merge *m, vv_error *err);
/* Returns true if the side has every column of base's key. */
bool merge_has_key_of_base(const merge *m, size_t side);
/* Chooses the columns of the result, and their order. Call after merge_rows_match. */
vv_status merge_columns_choose(merge *m, vv_error *err);

/* Checks whether the result would lose too many values because one side dropped columns: all values
 * of the table, or of a row that the other side added or changed. Sets *why to a constant text with
 * the reason if so, else to NULL. Call after merge_rows_match. */
vv_status merge_dropped_look(merge *m, const char **why, vv_error *err);

/* ---- schema: chooses the result's schema, key, cut parameters, order and dialect ---- */

/* Sets the schema, the key, the cut parameters and the sort order in m->as, and m->compare. */
vv_status merge_schema(merge *m, vv_error *err);

/* Sets the dialect in m->as, and determines from which versions lines can be copied to the
 * result. */
vv_status merge_form(merge *m, vv_error *err);

/* ---- write: makes the result's bytes while an import reads them ---- */

/* Opens m->writer. */
vv_status merge_writer_open(merge *m, vv_error *err);
/* Writes the next bytes of the result, at most len, to buf; the read function for the import.
 * payload is the merge. Returns the number of bytes, 0 at the end, or a negative status. */
ssize_t merge_writer_read(void *payload, void *buf, size_t len, vv_error *err);
/* Returns the number of rows written so far. */
uint64_t merge_writer_rows(const merge *m);
void merge_writer_close(merge *m);

#endif
