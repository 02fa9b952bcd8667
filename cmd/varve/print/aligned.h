/*
 * aligned: lines of cells under headings, no wider than the terminal.
 *
 * A correct caller: vv_aligned_init; vv_aligned_column for each column; then for each line a
 * vv_aligned_cell for each column, in their order, or one vv_aligned_title; now and then, and at the
 * end, vv_aligned_put; vv_aligned_clear. The lines before the first vv_aligned_put decide on widths
 * and columns: what does not fit later is cut. Where a width is given, wide columns become narrower
 * first, then columns are left out from the right, and the heading ends in an ellipsis.
 */
#ifndef VV_CMD_VARVE_PRINT_ALIGNED_H
#define VV_CMD_VARVE_PRINT_ALIGNED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

typedef struct vv_aligned_column_of {
	const char *name;    /* escaped */
	const char *color;   /* of its cells; "": none */
	bool right;          /* numbers */
	bool fixed;          /* neither cut nor left out */
	size_t width, taken; /* widest cell; width shown, 0: left out */
} vv_aligned_column_of;

typedef struct vv_aligned {
	vv_aligned_column_of *columns;
	size_t count, cap;
	unsigned width; /* 0: nothing is cut */
	unsigned indent;
	vv_buf text;   /* all cells, each with its NUL */
	size_t *cells; /* places in text */
	size_t cell_count, cell_cap;
	bool begun, failed;
} vv_aligned;

void vv_aligned_init(vv_aligned *a, unsigned width, unsigned indent);
void vv_aligned_clear(vv_aligned *a);
VV_AUTO_CLEAR(vv_aligned, vv_aligned_clear)

/* The name is escaped here; color stays the caller's. */
void vv_aligned_column(vv_aligned *a, const char *name, size_t len, const char *color, bool right,
		       bool fixed);

/* Takes text that is escaped already. */
void vv_aligned_cell(vv_aligned *a, const char *text);

/* A line shown unaligned, cut to the width; for the beginning of a line. */
void vv_aligned_title(vv_aligned *a, const char *text);

/* Lines that wait. */
size_t vv_aligned_lines(const vv_aligned *a);

/* Appends the headings, once, and the gathered lines, and clears these. VV_ENOMEM. */
vv_status vv_aligned_put(vv_aligned *a, vv_buf *out, vv_error *err);

#endif
