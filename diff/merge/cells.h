/*
 * cells: makes a row of the result from its cells in the three versions.
 */
#ifndef VV_DIFF_MERGE_CELLS_H
#define VV_DIFF_MERGE_CELLS_H

#include "diff/merge/state.h"

/* A row that is being merged. */
typedef struct merge_row_state {
	/* numbers of the row; MERGE_NONE: the version lacks the row */
	uint64_t base_row, /* in base */
		row[2];    /* in the sides */
	/* the row's cells; borrowed; NULL: not needed */
	const vv_cell *base, /* in base */
		*side[2];    /* in the sides */
	bool touched[2];     /* the side changed the row */
	vv_cell *out;        /* the merged row: m->column_count cells */
	uint64_t place;      /* number of the row in the result */
} merge_row_state;
/* Sets m->columns[i].rule of each column i. Call it after merge_columns_choose. */
void merge_rules_choose(merge *m);
/* Merges a row that base and both sides have: sets s->out, and reports conflicts. */
vv_status merge_cells(merge *m, merge_row_state *s, vv_error *err);
/* Merges a row that both sides added with the same key: sets s->out, and reports conflicts. */
vv_status merge_cells_added(merge *m, merge_row_state *s, vv_error *err);
/* Fills s->out for a row that only side number `which` has, including values of columns that base
 * lacks. */
void merge_cells_single(merge *m, merge_row_state *s, size_t which);
/* Returns true if removing the row would lose a value that side number `which` changed, or added in
 * a column that base lacks. */
bool merge_value_changed(merge *m, const merge_row_state *s, size_t which);
/* Returns true if s->out equals the row in this version (0, 1: a side; 2: base). */
bool merge_cells_are(const merge *m, const merge_row_state *s, int version);
/* Compares two rows by the content of their cells, for an order that does not depend on the sides:
 * x is a row of side 0, y of side 1. Returns a number below 0, 0, or a number above 0. */
int merge_content_order(merge *m, const vv_cell *x, const vv_cell *y);

#endif
