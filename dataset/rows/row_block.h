/*
 * row_block: the rows of a row group as columns, and the results of conditions for all of them at once.
 *
 * A correct caller: vv_row_block_new, one per thread; for each row group vv_row_block_open, and vv_row_block_judge for each
 * condition (or vv_sums_add for sums). Each column is unpacked once for all conditions. Operations without an
 * implementation for columns run row by row, with the same results.
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

/* Beside the answers of vv_truth: a pattern took more than its steps. */
#define VV_TRUTH_UNDECIDED 3u

/* Where the rows are; borrowed until the next. */
typedef struct vv_row_source {
	size_t rows;
	const vv_group *group;
	const vv_cell *cells; /* in place of the group: rows x columns */
	size_t columns;       /* of the table */
	const size_t *places; /* of each field of the schema: its column; SIZE_MAX: it is absent */
	const uint8_t *skip;  /* a 1 for each row that is passed over; NULL: none is */
} vv_row_source;

typedef struct vv_row_block vv_row_block;
vv_row_block *vv_row_block_new(void);    /* NULL when out of memory */
void vv_row_block_free(vv_row_block *b); /* accepts NULL */
VV_AUTO_FREE(vv_row_block, vv_row_block_free)

/* fields: of the schema that conditions were compiled against. */
vv_status vv_row_block_open(vv_row_block *b, const vv_row_source *from, size_t fields,
			    vv_error *err);
/* From here on rows with a 1 are passed over; NULL: none is. */
void vv_row_block_skip(vv_row_block *b, const uint8_t *skip);
/* A column of the table in its stored form (vv_group_run_look; with numbers vv_group_run_of), and as a cell for each row;
 * borrowed until the next vv_row_block_open. */
vv_status vv_row_block_run(vv_row_block *b, size_t place, bool numbers, const vv_group_run **run,
			   vv_error *err);
vv_status vv_row_block_cells(vv_row_block *b, size_t place, const vv_cell **cells, vv_error *err);
/* The result of the condition for each row, as vv_condition_eval; borrowed until the next vv_row_block_open. */
vv_status vv_row_block_judge(vv_row_block *b, const vv_condition *c, vv_condition_scratch *s,
			     const uint8_t **truths, vv_error *err);

#endif
