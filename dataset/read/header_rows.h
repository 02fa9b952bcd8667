/*
 * header_rows: makes the names of a CSV's columns from a header of one or several lines.
 *
 * A column's name is its cells in all header lines, joined from top to bottom, without cells that
 * are empty or repeat the cell above.
 */
#ifndef VV_DATASET_READ_HEADER_ROWS_H
#define VV_DATASET_READ_HEADER_ROWS_H

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "dataset/format/cell.h"
#include "dataset/format/dialect.h"

/* The lines of a header, and the names made from them. */
typedef struct vv_header_rows {
	vv_arena arena; /* memory of the texts */
	vv_cell *names; /* the columns' names from the lines so far */
	vv_cell *above; /* the last joined cell of each column */
	size_t count,   /* number of columns */
		room;   /* capacity of names and of above */
	/* Offsets in the dialect's prologue, set by vv_header_rows_read: */
	size_t first; /* the beginning of the header; blank lines may be above */
	size_t last;  /* the beginning of the header's last line */
	size_t end;   /* the end of the header; comments and blank lines may follow */
} vv_header_rows;
#define VV_HEADER_ROWS_INIT                                                                        \
	{                                                                                          \
		.arena = VV_ARENA_INIT                                                             \
	}
void vv_header_rows_clear(vv_header_rows *h);
VV_AUTO_CLEAR(vv_header_rows, vv_header_rows_clear)

/* Adds the next line of the header, with count cells, and joins its cells to the names. The cells
 * are copied. join: the text between two joined cells. */
vv_status vv_header_rows_add(vv_header_rows *h, const char *join, const vv_cell *cells,
			     size_t count, vv_error *err);
/* Adds all lines of the dialect's header, or those before the first line that cannot be read. */
vv_status vv_header_rows_read(vv_header_rows *h, const vv_dialect *d, vv_error *err);
/* A dialect's header and the lines around it, borrowed from the dialect. All are empty if the
 * dialect does not have a header. */
typedef struct vv_header_parts {
	vv_bytes above; /* blank lines above the header, below any text above the table */
	vv_bytes header;
	vv_bytes below; /* comments and blank lines between the header and the first row */
} vv_header_parts;
/* Sets *out to the parts of the dialect's prologue after its lead (the text above the table). */
vv_status vv_header_rows_split(vv_header_parts *out, const vv_dialect *d, vv_error *err);

#endif
