/*
 * row_block: decodes the columns of a row group, and evaluates conditions for all its rows at once.
 *
 * A correct caller: vv_row_block_new once for each thread; for each row group vv_row_block_open,
 * then vv_row_block_judge for each condition (or vv_sums_add for sums). Each column is decoded once
 * for all conditions. Operations that are not implemented for whole columns run row by row, with
 * the same results.
 */
#ifndef VV_DATASET_ROWS_ROW_BLOCK_H
#define VV_DATASET_ROWS_ROW_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/format/group.h"
#include "dataset/rows/condition_run.h"

/* A result in addition to those of vv_truth: unknown, because matching a pattern needed too many
 * steps. */
#define VV_TRUTH_UNDECIDED 3u

/* The rows of a block. Pointers are borrowed until the next vv_row_block_open. */
typedef struct vv_row_source {
	size_t rows;           /* number of rows */
	const vv_group *group; /* the row group; unused if cells is not NULL */
	/* rows x columns cells, used instead of the group; NULL: use the group */
	const vv_cell *cells;
	size_t columns; /* number of the table's columns */
	/* for each field of the schema: the index of its column in the group; SIZE_MAX: all its
	 * cells are absent */
	const size_t *places;
	const uint8_t *skip; /* for each row: 1 if it is skipped; NULL: no row is skipped */
} vv_row_source;

/* A row group with the columns that were decoded so far. */
typedef struct vv_row_block vv_row_block;
vv_row_block *vv_row_block_new(void);    /* returns NULL if out of memory */
void vv_row_block_free(vv_row_block *b); /* accepts NULL */
VV_AUTO_FREE(vv_row_block, vv_row_block_free)

/* Opens the rows described by `from`, and closes those opened before. fields: the number of fields
 * of the schema for which the conditions were compiled. */
vv_status vv_row_block_open(vv_row_block *b, const vv_row_source *from, size_t fields,
			    vv_error *err);
/* Replaces the skip member of the block's vv_row_source. */
void vv_row_block_skip(vv_row_block *b, const uint8_t *skip);
/* Sets *run to the column with index `place` in the group, as vv_group_run_of decodes it if numbers
 * is true, else as vv_group_run_look does. If `place` is the number of columns, all cells of *run
 * are absent. *run is borrowed until the next vv_row_block_open. */
vv_status vv_row_block_run(vv_row_block *b, size_t place, bool numbers, const vv_group_run **run,
			   vv_error *err);
/* Sets *cells to the cells of the column with index `place` in the group, one for each row.
 * Borrowed until the next vv_row_block_open. */
vv_status vv_row_block_cells(vv_row_block *b, size_t place, const vv_cell **cells, vv_error *err);
/* Evaluates the condition for each row, and sets *truths to an array with a vv_truth or
 * VV_TRUTH_UNDECIDED for each row; borrowed until the next vv_row_block_open. */
vv_status vv_row_block_judge(vv_row_block *b, const vv_condition *c, vv_condition_scratch *s,
			     const uint8_t **truths, vv_error *err);

#endif
