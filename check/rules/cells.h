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
#include "dataset/filter/condition_run.h"
#include "dataset/filter/row_block.h"
#include "dataset/format/group.h"
#include "dataset/table/table.h"

/* cells.c: one thread's working memory. */
typedef struct check_worker {
	vv_parted parted;
	vv_buf value, key;
	vv_cell *cells;
	size_t cell_cap;
	vv_arena arena;
	vv_pattern_scratch *patterns;
	vv_pattern_budget *pattern_budget; /* of the whole check; NULL: it has none */
	vv_condition_scratch *conditions;
	vv_row_block *block; /* of conditions */
	uint8_t *blank;      /* a row each; valid while has_blank */
	size_t blank_cap;
	bool has_blank;
	bool pass_blank; /* has_blank, and they are passed over */
	uint64_t *numbers;
	uint32_t *counters; /* counter_count */
	bool no_memory;
} check_worker;
void check_worker_clear(check_worker *w);
vv_status check_worker_init(check_worker *w, const check_plan *p, vv_error *err);

/* What is wrong with a cell: a set of CHECK_ bits. */
unsigned check_cell(check_worker *w, const check_plan *p, const check_column *c,
		    const vv_cell *cell);

/* A loaded group: its cells where long ones have been brought in line (batch), else its
 * block. */
typedef struct check_group {
	vv_group view;
	const vv_batch *batch; /* NULL: view only */
	size_t rows;
} check_group;
/* A column's cells: cells[0 .. rows), stride apart. */
vv_status check_group_column(const check_group *g, size_t place, vv_cell *cells, size_t stride,
			     vv_arena *arena, vv_error *err);
/* Opens w->block for the group's rows, after check_blank. places: vv_row_source's. */
vv_status check_open_block(check_worker *w, const check_plan *p, const check_group *g,
			   const size_t *places, vv_error *err);
/* Finds rows without any value: w->has_blank, w->pass_blank. */
vv_status check_blank(check_worker *w, const check_plan *p, const check_group *g, vv_error *err);
/* Counts into w->counters, sets w->blank; *newlines: line ends inside of cells. */
vv_status check_group_rows(check_worker *w, const check_plan *p, const check_group *g,
			   uint32_t *newlines, vv_error *err);
/* Line ends inside the group's cells alone. */
vv_status check_group_newlines(const check_group *g, size_t columns, vv_arena *arena,
			       uint32_t *newlines, vv_error *err);

#endif
