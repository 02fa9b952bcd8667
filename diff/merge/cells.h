/*
 * cells: one row of the result, from its cells in the three versions.
 */
#ifndef VV_DIFF_MERGE_CELLS_H
#define VV_DIFF_MERGE_CELLS_H

#include "diff/merge/state.h"

/* A row while it is merged: cells of the versions that were needed, NULL for others. */
typedef struct merge_row_state {
	uint64_t base_row, row[2]; /* MERGE_NONE */
	const vv_cell *base, *side[2];
	bool touched[2];
	vv_cell *out;   /* column_count cells */
	uint64_t place; /* of the row in the result */
} merge_row_state;
/* Which rule each column has; after merge_columns_choose. */
void merge_rules_choose(merge *m);
/* Merges a row of base that both sides have. */
vv_status merge_cells(merge *m, merge_row_state *s, vv_error *err);
/* Merges a row that both added. */
vv_status merge_cells_added(merge *m, merge_row_state *s, vv_error *err);
/* For a row that only one side has (including its columns that base does not have). */
void merge_cells_single(merge *m, merge_row_state *s, size_t which);
/* Would removing the row lose a value that the side changed or, in a column of its own, added? */
bool merge_value_changed(merge *m, const merge_row_state *s, size_t which);
/* Is the row in the result equal to the version's? */
bool merge_cells_are(const merge *m, const merge_row_state *s, int version);
/* Order of two rows of the sides by their content. */
int merge_content_order(merge *m, const vv_cell *x, const vv_cell *y);

#endif
