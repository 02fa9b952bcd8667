/*
 * cut: decides where one row group ends and the next begins.
 *
 * A decision depends only on the rows since the last cut. No cut is made before rows/2; then XXH3
 * of the cut cells is compared with a mask that loosens; a cut is forced at 4 x rows or at
 * VV_CELLS_MAX bytes of cells. Integers only. Format generation 1.
 */
#ifndef VV_DATASET_FORMAT_CUT_H
#define VV_DATASET_FORMAT_CUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataset/format/cell.h"

/* Kept in the root; names there, places here. */
typedef struct vv_cut_params {
	uint32_t rows;   /* target, a power of two, 1 .. 1 << 20 */
	size_t *columns; /* places of the columns that decide; empty: the whole row */
	size_t column_count;
} vv_cut_params;

typedef struct vv_cut {
	const vv_cut_params *params; /* borrowed */
	uint32_t rows;               /* since the last cut */
	uint64_t bytes;
} vv_cut;

void vv_cut_init(vv_cut *c, const vv_cut_params *params);

/* Adds the next row (cells of all columns; cell_bytes = sum of len + 1). True when a cut comes
 * after it; the state then starts again. */
bool vv_cut_row(vv_cut *c, const vv_cell *cells, size_t columns, uint64_t cell_bytes);

/* The target for rows of this mean size: so that a group has about 75 KB. */
uint32_t vv_cut_rows_for(uint64_t cell_bytes, uint64_t rows);

#endif
