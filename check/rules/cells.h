/*
 * cells: what is wrong with the cells of one row group, and its rows as keys. For this room
 * alone.
 *
 * A correct caller: a check_worker for each thread; check_group_rows counts into it.
 */
#ifndef VV_CHECK_RULES_CELLS_H
#define VV_CHECK_RULES_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/rules/plan.h"
#include "dataset/format/group.h"
#include "dataset/rows/condition_run.h"
#include "dataset/rows/row_block.h"
#include "dataset/table/table.h"

/* cells.c: one thread's working memory. */
typedef struct check_worker {
	vv_parted parted;
	vv_buf value, key;
	vv_arena arena;
	vv_pattern_scratch *patterns;
	vv_pattern_budget *pattern_budget; /* of the whole check; NULL: it has none */
	vv_condition_scratch *conditions;
	vv_row_block *block; /* of the group that is loaded */
	uint8_t *blank;      /* a row each; valid while has_blank */
	size_t blank_cap;
	bool has_blank;
	bool pass_blank;    /* has_blank, and they are passed over */
	uint32_t *counters; /* counter_count */
	bool no_memory;
} check_worker;
void check_worker_clear(check_worker *w);
vv_status check_worker_init(check_worker *w, const check_plan *p, vv_error *err);

/* What is wrong with a cell: a set of CHECK_ bits. */
unsigned check_cell(check_worker *w, const check_plan *p, const check_column *c,
		    const vv_cell *cell);

/* A loaded group, whose columns are the worker's block's. */
typedef struct check_group {
	vv_group view;        /* where long cells had to be brought in line it has none */
	size_t rows, columns; /* columns: of the table */
} check_group;
/* Finds rows without any value: w->has_blank, w->pass_blank. */
vv_status check_blank(check_worker *w, const check_plan *p, const check_group *g, vv_error *err);
/* Counts into w->counters, sets w->blank; *newlines: line ends inside of cells. */
vv_status check_group_rows(check_worker *w, const check_plan *p, const check_group *g,
			   uint32_t *newlines, vv_error *err);
/* Line ends inside of cells, stride apart. */
uint32_t check_line_ends(const vv_cell *cells, size_t stride, size_t rows);

#endif
