/*
 * columns: which columns the result has, and in what order.
 */
#ifndef VV_DIFF_MERGE_COLUMNS_H
#define VV_DIFF_MERGE_COLUMNS_H

#include "diff/merge/state.h"

/* columns of either side, and what identifies rows */
vv_status merge_columns_match(merge *m, vv_error *err);
/* Does the side have every column of base's key? */
bool merge_has_key_of_base(const merge *m, size_t side);
vv_status merge_columns_choose(merge *m, vv_error *err); /* after merge_rows_match */

/* Looks at what stands in columns that the other side dropped. *why: nothing
 * of the table, or of a row that a side added or changed, would be left; else NULL. After
 * merge_rows_match. */
vv_status merge_dropped_look(merge *m, const char **why, vv_error *err);

#endif
