/*
 * aligned: formats lines of cells as aligned columns under headings, no wider than the terminal.
 *
 * A correct caller calls vv_aligned_init, and vv_aligned_column for each column. For each line, it
 * calls vv_aligned_cell for each column in order, or vv_aligned_title once. It calls vv_aligned_put
 * after the last line, and also earlier if memory must be bounded; then vv_aligned_clear.
 *
 * The lines before the first vv_aligned_put determine the widths of the columns. If the columns are
 * too wide for the given width, wide columns are made narrower, and their longer cells are cut. If
 * this is not enough, columns are left out from the right, and the line of headings ends with an
 * ellipsis. Without a width nothing is cut, but a longer cell does not align.
 */
#ifndef VV_CMD_VARVE_PRINT_ALIGNED_H
#define VV_CMD_VARVE_PRINT_ALIGNED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

/* A column. */
typedef struct vv_aligned_column_of {
	const char *name;  /* the heading, escaped */
	const char *color; /* the terminal's code for the color of the cells; "": no color */
	bool right;        /* cells are aligned to the right, as for numbers */
	bool fixed;        /* the column is never narrowed or left out */
	size_t width,      /* the width of the heading or of the widest cell */
		taken;     /* the printed width; 0: the column is left out */
} vv_aligned_column_of;

/* The lines that are being formatted. */
typedef struct vv_aligned {
	vv_aligned_column_of *columns;
	size_t count, cap;
	unsigned width;  /* the greatest width of a line; 0: no limit, nothing is cut */
	unsigned indent; /* the number of spaces before each line */
	vv_buf text;     /* the cells that are not yet printed, each with a NUL */
	size_t *cells;   /* the offset of each cell in text; SIZE_MAX: the next one is a title */
	size_t cell_count, cell_cap;
	size_t title_count; /* the titles that are not yet printed; each has two members of cells */
	bool begun,         /* the headings were printed */
		failed;     /* memory ran out */
} vv_aligned;

/* Initialises *a. width, indent: see the members. */
void vv_aligned_init(vv_aligned *a, unsigned width, unsigned indent);
void vv_aligned_clear(vv_aligned *a);
VV_AUTO_CLEAR(vv_aligned, vv_aligned_clear)

/* Adds a column. name has len bytes; it is copied and escaped. color is borrowed. right, fixed: see
 * vv_aligned_column_of. */
void vv_aligned_column(vv_aligned *a, const char *name, size_t len, const char *color, bool right,
		       bool fixed);

/* Adds the next cell of a line. text is copied; it must be escaped already. */
void vv_aligned_cell(vv_aligned *a, const char *text);

/* Adds a title in place of a line of cells. A title is a text that is not aligned, and that is cut to
 * the width. Call this only when the previous line is complete. */
void vv_aligned_title(vv_aligned *a, const char *text);

/* Returns the number of lines, titles included, that are not yet printed. */
size_t vv_aligned_lines(const vv_aligned *a);

/* Appends all lines added since the last call to out, and removes them. The first call also appends
 * the headings, before the lines. VV_ENOMEM: memory ran out, in this or an earlier call. */
vv_status vv_aligned_put(vv_aligned *a, vv_buf *out, vv_error *err);

#endif
