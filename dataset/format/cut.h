/*
 * cut: decides at which rows a row group ends and the next begins.
 *
 * A cut is the end of a row group. Whether a group ends after a row depends only on the rows since
 * the last cut. `rows` is the member of vv_cut_params.
 *
 * A group ends after a row whose hash has certain bits all zero, if the group then has at least
 * rows / 2 rows. The hash is the XXH3 of the row's cells in vv_cut_params.columns. From `rows` rows
 * on, fewer bits must be zero, and from 2 * rows rows on, still fewer. A group always ends when it
 * has 4 * rows rows, and when its cells have VV_CELLS_MAX bytes, even if it has less than rows / 2
 * rows. All computations use integers.
 */
#ifndef VV_DATASET_FORMAT_CUT_H
#define VV_DATASET_FORMAT_CUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataset/format/cell.h"

/* The parameters of a table's cuts. The root (dataset/table/root.h) stores them, with names of
 * columns instead of indexes. */
typedef struct vv_cut_params {
	uint32_t rows;       /* desired rows per group: a power of two, 1 to 1 << 20 */
	size_t *columns;     /* indexes of the columns whose cells are hashed */
	size_t column_count; /* 0: all cells of a row are hashed */
} vv_cut_params;

/* The state of the row group that is being filled. */
typedef struct vv_cut {
	const vv_cut_params *params; /* borrowed */
	uint32_t rows;               /* number of rows since the last cut */
	uint64_t bytes;              /* bytes of the cells in these rows */
} vv_cut;

/* Sets c to a group without rows. params must outlive c. */
void vv_cut_init(vv_cut *c, const vv_cut_params *params);

/* Adds the next row to the group. cells: the cells of all columns; cell_bytes: the sum of len + 1
 * over these cells. Returns true if the group ends after this row; c is then a group without rows,
 * as after vv_cut_init. */
bool vv_cut_row(vv_cut *c, const vv_cell *cells, size_t columns, uint64_t cell_bytes);

/* Returns the value for vv_cut_params.rows with which groups have about 75 KB, for a table in which
 * `rows` rows have cell_bytes bytes of cells. Returns a default if one of the two is 0. */
uint32_t vv_cut_rows_for(uint64_t cell_bytes, uint64_t rows);

#endif
