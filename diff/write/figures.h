/*
 * figures: statistics of a column before and after: missing and distinct values, the least, the greatest, the mean or the most
 * frequent one, and a histogram of eight characters.
 *
 * A correct caller: init; add; end; then the words. Cells are streamed in any order; memory is bounded. Distinct values are
 * counted up to a number that the caller chooses; beyond it their number is unknown. A histogram's bins are as wide as a power
 * of two, the least for which eight of them contain all numbers of both sides, and begin at a multiple of it: so they do not
 * depend on the order.
 */
#ifndef VV_DIFF_WRITE_FIGURES_H
#define VV_DIFF_WRITE_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hash_index.h"
#include "dataset/format/cell.h"
#include "dataset/schema/schema.h"
#include "diff/write/writer.h"

#define VV_BARS 8u

/* A value and its counts before and after; longer texts are cut after VV_FIGURES_TEXT bytes. */
#define VV_FIGURES_TEXT 48u
typedef struct vv_figures_value {
	uint64_t hash, count[2];
	const char *text; /* NULL: it is a number, in units of 10^-digits */
	int64_t number;
	uint32_t len;
	uint8_t state, digits; /* state: vv_cell_state */
	bool cut;
} vv_figures_value;

typedef struct vv_figures_side {
	uint64_t cells, missing, numbers, distinct;
	bool any;         /* a least and a greatest */
	double sum, lost; /* what rounding lost of the sum */
	double least, greatest;
	vv_buf low, high; /* unconverted; texts are ordered by their bytes */
} vv_figures_side;

typedef struct vv_figures {
	const vv_field *field[2]; /* borrowed */
	bool numeric;             /* both are of numbers */
	bool plain;               /* and numbers in the usual form are never missing */
	bool many;                /* more distinct values than are counted */
	vv_figures_side side[2];
	vv_figures_value *values;
	size_t count, cap, most;
	vv_arena texts; /* of values */
	vv_hash_index index;
	/* bin i: (first + i) * 2^width <= number < (first + i + 1) * 2^width */
	int width;
	double first, last; /* of the bins in use */
	uint64_t bins[2][VV_BARS];
} vv_figures;

/* before, after: the column, borrowed; NULL: it is not there. most: distinct values that are counted. */
void vv_figures_init(vv_figures *f, const vv_field *before, const vv_field *after, size_t most);
void vv_figures_clear(vv_figures *f);
VV_AUTO_CLEAR(vv_figures, vv_figures_clear)

/* The nearest double of a number in its field's format; scratch is overwritten. False: not a finite number (or out of memory:
 * scratch->failed). */
bool vv_figures_number(double *out, vv_buf *scratch, const vv_field *field, const vv_cell *cell);

/* Adds `times` cells of this content on side 0 (before) or 1. */
vv_status vv_figures_add(vv_figures *f, int side, const vv_cell *cell, uint64_t times,
			 vv_buf *scratch, vv_error *err);
/* After the last cell, before anything is read. */
vv_status vv_figures_end(vv_figures *f, vv_buf *scratch, vv_error *err);

/* Appends "missing 0 -> 3, distinct 4, least 1 -> 0, ...": figures that are equal on both sides are reported once. ascii: no other
 * characters for the histogram. */
void vv_figures_put(vv_buf *out, const vv_figures *f, bool ascii);

/* Text without what people do not see or mean: spaces around it, more than one within, upper case. */
void vv_figures_fold(vv_buf *out, const char *text, size_t len);

/*
 * whole_figures: the figures of whole columns of two versions. A row group that both have is read once, and what its rows
 * share of a column is counted once.
 */

/* Fills figures (of each pair of columns, as vv_figures_init left them) of the pairs in wanted, which both versions have. most:
 * cells that may be counted (cells that share their content in a group are one); where the first groups show that
 * all pairs would take more, the pairs that take the most are left out: wanted becomes false, and figures are of no use.
 * VV_EMISSING: blocks are missing here. */
vv_status vv_whole_figures(vv_figures *figures, bool *wanted, const vv_diff_table *t, uint64_t most,
			   vv_error *err);

#endif
