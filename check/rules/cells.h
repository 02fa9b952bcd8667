/*
 * cells: finds faults in the cells of one row group, and computes the keys of its rows.
 *
 * A correct caller has a check_worker for each thread, and calls check_group_rows for each group. The
 * function overwrites the worker's counters.
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

/* The working memory of one thread. */
typedef struct check_worker {
	/* the loaded group's block, whose parts are unpacked on demand */
	vv_parted parted;
	vv_buf value,                      /* scratch for a value */
		key;                       /* scratch for a key */
	vv_arena arena;                    /* memory of decoded cells */
	vv_pattern_scratch *patterns;      /* scratch for matching patterns */
	vv_pattern_budget *pattern_budget; /* of the whole check; NULL: no such limit */
	vv_condition_scratch *conditions;  /* scratch for evaluating conditions */
	vv_row_block *block;               /* the columns of the loaded group, decoded on demand */
	uint8_t *blank;   /* one for each row: 1 if the row has no value; valid if has_blank */
	size_t blank_cap; /* capacity of blank */
	bool has_blank;   /* at least one row of the group has no value */
	bool pass_blank;  /* has_blank, and blank rows are skipped */
	/* plan->counter_count counters, in the order that check_plan.counter_count describes */
	uint32_t *counters;
	bool no_memory; /* memory ran out */
} check_worker;
void check_worker_clear(check_worker *w); /* w may be zeroed */
VV_AUTO_CLEAR(check_worker, check_worker_clear)
/* Makes *w the working memory for checks by the plan p. */
vv_status check_worker_init(check_worker *w, const check_plan *p, vv_error *err);

/* Returns the faults of a cell of the column c, as CHECK_ bits (plan.h). */
unsigned check_cell(check_worker *w, const check_plan *p, const check_column *c,
		    const vv_cell *cell);

/* A loaded group. Its cells are in the worker's block. */
typedef struct check_group {
	/* the open group; empty if the group has long cells, and was read into a batch */
	vv_group view;
	size_t rows,     /* number of rows of the group */
		columns; /* number of columns of the table */
} check_group;
/* Finds the rows without any value, and sets w->blank, w->has_blank and w->pass_blank. If the rule
 * blank-row is off, finds none. */
vv_status check_blank(check_worker *w, const check_plan *p, const check_group *g, vv_error *err);
/* Finds the faults in the rows of the group, and sets w->counters to their numbers. Sets w->blank as
 * check_blank does, and sets *newlines to the number of line ends inside the cells. */
vv_status check_group_rows(check_worker *w, const check_plan *p, const check_group *g,
			   uint32_t *newlines, vv_error *err);
/* Returns the number of line ends inside `rows` cells: cells[0], cells[stride], ... */
uint32_t check_line_ends(const vv_cell *cells, size_t stride, size_t rows);

#endif
