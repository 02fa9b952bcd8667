/*
 * whole_figures: computes the figures of whole columns of two versions. A row group that both
 * versions have is read once, and cells that a group stores once are added in one call.
 */
#ifndef VV_DIFF_WRITE_WHOLE_FIGURES_H
#define VV_DIFF_WRITE_WHOLE_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "diff/write/figures.h"
#include "diff/write/writer.h"

/* Adds all cells of pairs of columns to their figures; the caller then calls vv_figures_end.
 * figures and `wanted` have an element for each pair of columns of t; pairs whose element of
 * `wanted` is false are skipped. For all other pairs, both versions must have the column, and
 * vv_figures_init must have been called. most: about the greatest number of cells to add; equal
 * cells that a group stores once count as one cell. If the groups read so far show that all pairs
 * together would exceed this number, the pairs with the most cells are left out: their elements of
 * `wanted` are set to false, and their figures are not valid. VV_EMISSING: this repository lacks
 * blocks. */
vv_status vv_whole_figures(vv_figures *figures, bool *wanted, const vv_diff_table *t, uint64_t most,
			   vv_error *err);

#endif
