/*
 * cells: makes a row of the result from its cells in the three versions.
 */
#ifndef VV_DIFF_MERGE_CELLS_H
#define VV_DIFF_MERGE_CELLS_H

#include "diff/merge/state.h"

/* A row that is being merged. */
typedef struct merge_row_state {
	/* number of the row in each version; MERGE_NONE: the version lacks the row */
	uint64_t row[MERGE_VERSIONS];
	/* its cells in each version; borrowed; NULL: it lacks the row, or the cells were not read */
	const vv_cell *side[MERGE_VERSIONS];
	bool touched[2]; /* the side changed the row */
	bool whole; /* both did, and it has more cells than the header names; set by merge_cells */
	vv_cell *out;   /* the merged row: m->column_count cells */
	uint64_t place; /* number of the row in the result */
} merge_row_state;
/* Sets the members `rule` and `by` of each column in m->columns. Call it after
 * merge_columns_choose. */
void merge_rules_choose(merge *m);
/* Merges a row that base and both sides have: sets s->out, and reports conflicts. s->side[i] may be
 * NULL if side i did not touch the row; base's cells are then used. */
vv_status merge_cells(merge *m, merge_row_state *s, vv_error *err);
/* Merges a row that both sides added with the same key: sets s->out, and reports conflicts. If most
 * other cells differ, and the key ends in a number, these are two rows: s->out is the row of ours. */
vv_status merge_cells_added(merge *m, merge_row_state *s, vv_error *err);
/* Returns true if the rows that both sides added with one key are two things that got the same
 * number: most of their other cells differ, and no rule of cells decides. Requires a base. */
bool merge_are_two_things(merge *m, const merge_row_state *s);
/* May rows have one value in the columns of the key? It was only found, and its name is not that of an
 * id. */
bool merge_is_doubtful_key(const merge *m);
/* Reports that two rows have one key. s->side has the cells of both. */
vv_status merge_report_two_things(merge *m, const merge_row_state *s, vv_error *err);
/* Sets s->out to the row of side number `which` alone, including its values in columns that base
 * lacks. */
void merge_cells_single(merge *m, merge_row_state *s, size_t which);
/* Returns true if removing the row would lose a value that side number `which` changed, or added in
 * a column that base lacks. s->side[MERGE_BASE] and s->side[which] must be set. */
bool merge_value_changed(merge *m, const merge_row_state *s, size_t which);
/* Returns true if s->out equals the row of side number `which`, whose columns must be those of the
 * result, but for single ones of the other side. Returns false if its cells were not read. */
bool merge_cells_are(const merge *m, const merge_row_state *s, size_t which);
/* Compares x, a row of side 0, with y, a row of side 1, by the content of their cells. Returns a
 * number below 0, 0, or a number above 0. The caller checks m->scratch.failed. */
int merge_content_order(merge *m, const vv_cell *x, const vv_cell *y);

#endif
