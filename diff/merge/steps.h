/*
 * steps: the steps of a merge. merge.c calls them in this order: merge_columns_match,
 * merge_rows_match, merge_is_other_table, merge_dropped_look, merge_columns_choose, merge_schema,
 * merge_form, merge_partners, merge_rules_choose (cells.h), merge_renumber, merge_replaced_find (replaced.h),
 * merge_writer_open. A comment states which step a function requires.
 */
#ifndef VV_DIFF_MERGE_STEPS_H
#define VV_DIFF_MERGE_STEPS_H

#include "diff/merge/state.h"

/* ---- match: finds the rows of base in each side ---- */

/* Matches the rows of base with the rows of each side. Sets the members of m->side about rows, from
 * `by_old` to `added`, and `edited`, `same_places`, `groups` and `rows`; also m->side[MERGE_BASE].groups and
 * m->side[MERGE_BASE].rows. Requires merge_columns_match. */
vv_status merge_rows_match(merge *m, vv_error *err);

/* Returns true if the side is a different table: it has no column in common with base, or too few
 * rows and no equal row group. Requires a base and merge_rows_match. */
bool merge_is_other_table(merge *m, const merge_side *s);
/* Pairs rows that both sides added with the same key. Sets the members `partner`, `placed` and
 * `follows` of m->side. Requires merge_schema. */
vv_status merge_partners(merge *m, vv_error *err);

/* Frees the members of m->side, m->side[MERGE_BASE].groups and m->side[MERGE_BASE].rows that merge_columns_match, merge_rows_match
 * and merge_partners have set. */
void merge_match_clear(merge *m);

/* ---- columns: chooses the columns of the result, and their order ---- */

/* Pairs the columns of base with those of each side, and chooses the columns that identify rows.
 * VV_ENOTFOUND: not all versions have the columns of opts->key. */
vv_status merge_columns_match(merge *m, vv_error *err);
/* Returns true if the side has every column of base's key. Requires a base. */
bool merge_has_key_of_base(const merge *m, size_t side);
/* Chooses the columns of the result, and their order. Requires merge_dropped_look. VV_EREFUSED: the
 * result would have too many columns. */
vv_status merge_columns_choose(merge *m, vv_error *err);

/* Checks whether the result would lose all values of the table, or of a row that one side added or
 * changed, because the other side dropped columns. If so, sets *why to a constant text with the
 * reason, else to NULL. Also sets merge_side.filled. Requires merge_rows_match. */
vv_status merge_dropped_look(merge *m, const char **why, vv_error *err);

/* ---- schema: chooses the result's schema, key, cut parameters, order and dialect ---- */

/* Sets the schema, the key, the cut parameters and the sort order in m->as, and sets m->compare.
 * Requires merge_columns_choose. */
vv_status merge_schema(merge *m, vv_error *err);

/* Sets the dialect in m->as, including the text around the rows (around.h), and determines from
 * which versions lines can be copied to the result. Requires merge_schema. VV_EREFUSED: the forms
 * of the sides cannot be merged. */
vv_status merge_form(merge *m, vv_error *err);

/* ---- renumber: gives rows the next free key ---- */

/* If a merge rule requires it, and the key is declared: two rows that got one new key are both in
 * the result, and one has the next free key. Sets m->new_keys. Requires merge_partners and
 * merge_rules_choose. */
vv_status merge_renumber(merge *m, vv_error *err);
/* pair: a row of base, and the row of the side that has its key. Sets *may to false if enough cells are equal
 * to prove one thing. Requires merge_columns_match. */
vv_status merge_may_be_other(merge *m, size_t which, const merge_run *pair, bool *may,
			     vv_error *err);
/* Sets *other to true if most cells differ. Requires merge_columns_match. */
vv_status merge_is_other_row(merge *m, size_t which, const merge_run *pair, bool *other,
			     vv_error *err);
/* Sets merge_side.edited for the cells that differ. */
vv_status merge_mark_edited(merge *m, size_t which, const merge_run *pair, vv_error *err);

/* Notes that another row had the row's key earlier, and may be elsewhere in the result: if the other
 * side added the key, too, these are two rows, and no rule decides. The caller sorts merge.apart. */
vv_status merge_apart_add(merge *m, size_t which, uint64_t row, vv_error *err);

/* row: a row of base that has another key in side number `which`; other: a row with this key that
 * the other side added; both: the other side has the row of base. If the two are different things, and
 * `other` gets another key by rule, or can be in conflict with the row, sets *clash to true. */
vv_status merge_renumbered_clash(merge *m, size_t which, uint64_t row, uint64_t other, bool both,
				 bool *clash, vv_error *err);
/* Returns the row of theirs that is in conflict with this row of ours, or MERGE_NONE. Requires
 * merge_renumber. */
uint64_t merge_clash_of(const merge *m, uint64_t row);
void merge_renumber_clear(merge *m);

/* ---- write: makes the result's bytes while an import reads them ---- */

/* Opens m->writer. Requires all other steps. merge_writer_close frees it, also after a failure. */
vv_status merge_writer_open(merge *m, vv_error *err);
/* Writes the next bytes of the result, at most len, to buf; the read function for the import.
 * payload is m->writer. Returns the number of bytes, 0 at the end, or a negative status. */
ssize_t merge_writer_read(void *payload, void *buf, size_t len, vv_error *err);
/* Returns the number of rows written so far. */
uint64_t merge_writer_rows(const merge *m);
void merge_writer_close(merge *m);

#endif
