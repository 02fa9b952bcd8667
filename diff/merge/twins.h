/*
 * twins: finds rows without a key that both sides added, and sides with equal data.
 *
 * Two added rows with equal values in all columns that both sides have are twins; of several, the
 * n-th of one side is the twin of the n-th of the other. Twins are one row of the result. They are
 * a conflict unless both sides added equal blocks of rows at one place, the sides have equal data,
 * one side copied the row from the other (vv_merge_options.copies), or a rule decides.
 */
#ifndef VV_DIFF_MERGE_TWINS_H
#define VV_DIFF_MERGE_TWINS_H

#include "diff/merge/state.h"

/* Sets *equal to true if rows have no key, and both sides have the same columns and the same rows,
 * in any order. Requires merge_rows_match. */
vv_status merge_data_equal(merge *m, bool *equal, vv_error *err);

/* Pairs the rows without a key that both sides added: sets the members `partner` and `doubtful` of
 * m->side. Requires merge_schema, and room in `partner`. */
vv_status merge_twins(merge *m, vv_error *err);

/* If base's key was only found, and a side lost it, pairs rows that both sides added and that another column
 * names, but not the key: sets the member `partner` of m->side, which has the pairs with equal keys.
 * Requires merge_schema. */
vv_status merge_twins_without_key(merge *m, vv_error *err);

#endif
