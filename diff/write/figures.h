/*
 * figures: statistics of a column before and after a change: the number of missing and of distinct values, the least
 * and the greatest value, the mean or the most frequent value, and a histogram of eight characters.
 *
 * A correct caller: vv_figures_init; vv_figures_add for the cells, in any order; vv_figures_end; vv_figures_put. Memory
 * is bounded. The caller chooses how many distinct values are counted; if a column has more, their number is unknown.
 * The width of a histogram's bins is the least power of two for which eight bins contain all numbers of both sides.
 * Bins begin at a multiple of this width, so they do not depend on the order of the cells.
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

#define VV_FIGURES_TEXT 48u /* bytes of a text that are kept */

/* A distinct value, and how often it occurs on each side. */
typedef struct vv_figures_value {
	uint64_t hash,    /* of the whole text or number */
		count[2]; /* cells before and after */
	const char *text; /* NULL: the value is number / 10^digits */
	int64_t number;
	uint32_t len;   /* of text */
	uint8_t state,  /* vv_cell_state */
		digits; /* of number, after the point */
	bool cut;       /* text is only the first VV_FIGURES_TEXT bytes */
} vv_figures_value;

typedef struct vv_figures_side {
	uint64_t cells,   /* all cells */
		missing,  /* cells without a value */
		numbers,  /* cells with a number */
		distinct; /* distinct values; not valid if vv_figures.many */
	bool any;         /* the side has a least and a greatest value */
	double sum,       /* of the numbers */
		lost;     /* the error of sum by rounding */
	double least,     /* the least number */
		greatest; /* the greatest number */
	vv_buf low,   /* the least value as the file spells it; texts are ordered by their bytes */
		high; /* the greatest value likewise */
} vv_figures_side;

typedef struct vv_figures {
	const vv_field *field[2]; /* the column before and after; borrowed */
	bool numeric;             /* both columns have the type integer or number */
	bool plain;               /* numeric, and no number in the usual form is a missing value */
	bool many;                /* the column has more distinct values than are counted */
	vv_figures_side side[2];
	vv_figures_value *values; /* the distinct values so far; NULL if many */
	size_t count,             /* of values */
		cap,              /* room in values */
		most;             /* distinct values that are counted */
	vv_arena texts;           /* of values */
	vv_hash_index index;
	/* bin i: (first + i) * 2^width <= number < (first + i + 1) * 2^width */
	int width;
	double first, /* the number of the first bin in use */
		last; /* the number of the last bin in use */
	uint64_t bins[2][VV_BARS];
} vv_figures;

/* before, after: the column on each side, borrowed; NULL: the side lacks it. most: how many distinct values are
 * counted. */
void vv_figures_init(vv_figures *f, const vv_field *before, const vv_field *after, size_t most);
void vv_figures_clear(vv_figures *f);
VV_AUTO_CLEAR(vv_figures, vv_figures_clear)

/* Sets *out to the double nearest to the number in the cell, read in its field's format. Overwrites scratch. False: the
 * cell is not a finite number, or, if scratch->failed, memory ran out. */
bool vv_figures_number(double *out, vv_buf *scratch, const vv_field *field, const vv_cell *cell);

/* Adds `times` cells with the content of cell, on side 0 (before) or 1 (after). Overwrites scratch. */
vv_status vv_figures_add(vv_figures *f, int side, const vv_cell *cell, uint64_t times,
			 vv_buf *scratch, vv_error *err);
/* Call after the last vv_figures_add, before reading any member. Overwrites scratch. */
vv_status vv_figures_end(vv_figures *f, vv_buf *scratch, vv_error *err);

/* Appends "missing 0 -> 3, distinct 4, least 1 -> 0, ...". A figure that is equal on both sides is written once. ascii:
 * the histogram has only ASCII characters. */
void vv_figures_put(vv_buf *out, const vv_figures *f, bool ascii);

/* Appends the text in lower case, without spaces at its ends, and with one space for several. */
void vv_figures_fold(vv_buf *out, const char *text, size_t len);

/*
 * whole_figures: the figures of whole columns of two versions. A row group that both versions have is read once. Cells
 * of a group that share their content are counted together.
 */

/* figures and wanted have an element for each pair of columns of t. Fills the figures, which vv_figures_init
 * initialised, of each pair for which wanted is true; both versions must have the columns of such a pair. most: the
 * number of cells to count; cells of a group that share their content count as one. If the first groups show that all
 * pairs would exceed this number, the pairs with the most cells are left out: their wanted becomes false, and their
 * figures are not valid. VV_EMISSING: this repository lacks blocks. */
vv_status vv_whole_figures(vv_figures *figures, bool *wanted, const vv_diff_table *t, uint64_t most,
			   vv_error *err);

#endif
