/*
 * cut: decides at which rows a row group ends and the next begins.
 *
 * A decision depends only on the rows since the last cut. The first rows / 2 rows are never cut.
 * After them, the XXH3 of a row's deciding cells is compared with a mask, which becomes looser with
 * each row. A cut is forced after 4 * rows rows, or at VV_CELLS_MAX bytes of cells. All
 * computations use integers. Format generation 1.
 */
#ifndef VV_DATASET_FORMAT_CUT_H
#define VV_DATASET_FORMAT_CUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataset/format/cell.h"

/* The parameters of the cuts. The root stores them, with names of columns instead of places. */
typedef struct vv_cut_params {
	uint32_t rows;   /* desired rows per group: a power of two, 1 to 1 << 20 */
	size_t *columns; /* places of the columns that decide; empty: all cells of the row decide */
	size_t column_count;
} vv_cut_params;

typedef struct vv_cut {
	const vv_cut_params *params; /* borrowed */
	uint32_t rows;               /* number of rows since the last cut */
	uint64_t bytes;              /* bytes of the cells in these rows */
} vv_cut;

void vv_cut_init(vv_cut *c, const vv_cut_params *params);

/* Adds the next row. cells: the cells of all columns; cell_bytes: the sum of len + 1 over these
 * cells. Returns true if the group ends after this row; the state is then as after vv_cut_init. */
bool vv_cut_row(vv_cut *c, const vv_cell *cells, size_t columns, uint64_t cell_bytes);

/* Returns the number of rows per group, for vv_cut_params, with which groups have about 75 KB.
 * cell_bytes: bytes of the cells in `rows` rows. */
uint32_t vv_cut_rows_for(uint64_t cell_bytes, uint64_t rows);

#endif
