/*
 * whole_figures: the figures of whole columns of two versions. A row group that both have is read once, and what its rows
 * share of a column is counted once.
 */
#ifndef VV_DIFF_WRITE_WHOLE_FIGURES_H
#define VV_DIFF_WRITE_WHOLE_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "diff/write/figures.h"
#include "diff/write/writer.h"

/* Fills figures (of each pair of columns, as vv_figures_init left them) of the pairs in wanted, which both versions have. most:
 * cells that may be counted (cells that share their content in a group are one); where the first groups show that
 * all pairs would take more, the pairs that take the most are left out: wanted becomes false, and figures are of no use.
 * VV_EMISSING: blocks are not here. */
vv_status vv_whole_figures(vv_figures *figures, bool *wanted, const vv_diff_table *t, uint64_t most,
			   vv_error *err);

#endif
