/*
 * figures: computes the figures of a column: statistics before and after a change. The figures are
 * the numbers of missing and of distinct values, the least and the greatest value, the mean or the
 * most frequent value, and a histogram of eight characters.
 *
 * A caller calls vv_figures_init, then vv_figures_add for the cells, in any order, then
 * vv_figures_end, vv_figures_put and vv_figures_clear.
 *
 * Memory is bounded: the caller limits how many distinct values are stored; if a column has more,
 * their number is not computed. The width of a histogram's bins is the least power of two for which
 * eight bins contain all numbers of both sides. Every bin begins at a multiple of this width, so
 * the bins do not depend on the order of the cells.
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

#define VV_BARS 8u /* bins of a histogram */

#define VV_FIGURES_TEXT 48u /* maximum number of bytes of a text that are stored */

/* A distinct value, and how often it occurs on each side. */
typedef struct vv_figures_value {
	uint64_t hash,    /* the hash of the whole text or number */
		count[2]; /* the number of cells with this value before and after the change */
	const char *text; /* the value's text; NULL: the value is number / 10^digits */
	int64_t number;   /* see text */
	uint32_t len;     /* the length of text */
	uint8_t state,    /* vv_cell_state */
		digits;   /* the number of digits after the decimal point */
	bool cut;         /* text has only the first VV_FIGURES_TEXT bytes of the value */
} vv_figures_value;

/* The figures before or after the change. */
typedef struct vv_figures_side {
	uint64_t cells,   /* all cells */
		missing,  /* cells without a value */
		numbers,  /* cells with a number; 0 unless vv_figures.numeric */
		distinct; /* distinct values; not valid if vv_figures.many */
	bool any;         /* the side has a least and a greatest value */
	double sum,       /* the sum of the numbers */
		lost;     /* the rounding error of sum (Kahan summation) */
	double least,     /* the least number */
		greatest; /* the greatest number */
	/* texts of the least and the greatest value, up to VV_FIGURES_TEXT bytes. Unless
	 * vv_figures.numeric, in the order of vv_value_text_rank; values that are not of the
	 * column's type are left out */
	vv_buf low, high;
} vv_figures_side;

/* The figures of a column. */
typedef struct vv_figures {
	const vv_field *field[2]; /* the column before and after; borrowed */
	bool numeric;             /* both columns have the type integer or number */
	/* numeric, both columns spell numbers as JSON does, and no spelling of a missing value is
	 * such a number */
	bool plain;
	bool many;                /* the column has more distinct values than are counted */
	vv_figures_side side[2];  /* the figures before and after the change */
	vv_figures_value *values; /* the distinct values so far; NULL if `many` is set */
	size_t count,             /* the number of values */
		cap,              /* the room in values */
		most;             /* the greatest number of distinct values that are counted */
	vv_arena texts;           /* the texts of the values */
	vv_hash_index index;      /* finds a value by its hash */
	/* bin i: (first + i) * 2^width <= number < (first + i + 1) * 2^width */
	int width;
	double first,              /* the number of the first bin in use */
		last;              /* the number of the last bin in use */
	uint64_t bins[2][VV_BARS]; /* for each side, the number of cells in each bin */
} vv_figures;

/* Initialises *f. before, after: the column on each side, borrowed; NULL: the side lacks the
 * column. most: the greatest number of distinct values that are counted. */
void vv_figures_init(vv_figures *f, const vv_field *before, const vv_field *after, size_t most);
void vv_figures_clear(vv_figures *f);
VV_AUTO_CLEAR(vv_figures, vv_figures_clear)

/* Sets *out to the double nearest to the number in a cell of the field. Overwrites scratch. Returns
 * false if the cell is not a finite number, or if memory ran out (scratch->failed is true). */
bool vv_figures_number(double *out, vv_buf *scratch, const vv_field *field, const vv_cell *cell);

/* Adds `times` cells with the content of cell, on side 0 (before) or 1 (after). Overwrites
 * scratch. */
vv_status vv_figures_add(vv_figures *f, int side, const vv_cell *cell, uint64_t times,
			 vv_buf *scratch, vv_error *err);
/* Completes the figures. Call after the last vv_figures_add, before reading any member. Overwrites
 * scratch. */
vv_status vv_figures_end(vv_figures *f, vv_buf *scratch, vv_error *err);

/* Appends the figures as text, such as "missing 0 -> 3, distinct 4, least 1 -> 0, ...". A figure
 * that is equal before and after is written once, except the histogram. ascii: use only ASCII
 * characters in the histogram. */
void vv_figures_put(vv_buf *out, const vv_figures *f, bool ascii);

/* Appends a text with its ASCII letters in lower case, without white space at its beginning and
 * end, and with each run of white space replaced by one space. */
void vv_figures_fold(vv_buf *out, const char *text, size_t len);

/* Greatest number of vv_figures_add_number: numbers up to it are doubles, as powers of ten are. */
#define VV_FIGURES_EXACT ((int64_t)1 << 53)
/* Adds `times` cells with the number `number` / 10^digits, of at most VV_FIGURES_EXACT, to the figures of one
 * side. f->plain must be true. */
vv_status vv_figures_add_number(vv_figures *f, int side, int64_t number, unsigned digits,
				uint64_t times, vv_buf *scratch, vv_error *err);
/* Adds to side 1, which must be empty, the cells that were added to side 0 so far. */
vv_status vv_figures_same(vv_figures *f, vv_error *err);

#endif
