/*
 * cells: makes a row of the result from its cells in the three versions.
 */
#ifndef VV_DIFF_MERGE_CELLS_H
#define VV_DIFF_MERGE_CELLS_H

#include "diff/merge/state.h"

/* A row during its merge. base, side: the cells in the versions; NULL: they are not needed. */
typedef struct merge_row_state {
	uint64_t base_row, row[2]; /* MERGE_NONE: the version lacks the row */
	const vv_cell *base, *side[2];
	bool touched[2];
	vv_cell *out;   /* column_count cells */
	uint64_t place; /* number of the row in the result */
} merge_row_state;
/* Sets the rule of each column. Call it after merge_columns_choose. */
void merge_rules_choose(merge *m);
/* Merges a row of base that both sides have. */
vv_status merge_cells(merge *m, merge_row_state *s, vv_error *err);
/* Merges a row that both sides added. */
vv_status merge_cells_added(merge *m, merge_row_state *s, vv_error *err);
/* Fills s->out for a row that only side number `which` has, including values of columns that base
 * lacks. */
void merge_cells_single(merge *m, merge_row_state *s, size_t which);
/* Returns true if removing the row would lose a value that side number `which` changed, or added in
 * a column that base lacks. */
bool merge_value_changed(merge *m, const merge_row_state *s, size_t which);
/* Returns true if the row of the result equals the row of this version (0, 1: a side; 2: base). */
bool merge_cells_are(const merge *m, const merge_row_state *s, int version);
/* Compares two rows of the sides by content. The result is less than, equal to or greater than
 * 0. */
int merge_content_order(merge *m, const vv_cell *x, const vv_cell *y);

#endif
