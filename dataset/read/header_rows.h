/*
 * header_rows: makes the names of a CSV's columns from a header of one or several lines.
 *
 * A column's name is its cells in all header lines, joined from top to bottom, without cells that are empty or repeat
 * the cell above.
 */
#ifndef VV_DATASET_READ_HEADER_ROWS_H
#define VV_DATASET_READ_HEADER_ROWS_H

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "dataset/format/cell.h"
#include "dataset/format/dialect.h"

typedef struct vv_header_rows {
	vv_arena arena;
	vv_cell *names; /* the columns' names from the lines so far */
	vv_cell *above; /* the last joined cell of each column */
	size_t count, room;
	/* Set by vv_header_rows_read, as offsets in the dialect's prologue: */
	size_t first; /* where the header begins; blank lines may be above */
	size_t last;  /* where the header's last line begins */
	size_t end;   /* where the header ends; comments and blank lines may follow */
} vv_header_rows;
#define VV_HEADER_ROWS_INIT                                                                        \
	{                                                                                          \
		VV_ARENA_INIT, NULL, NULL, 0, 0, 0, 0, 0                                           \
	}
void vv_header_rows_clear(vv_header_rows *h);
VV_AUTO_CLEAR(vv_header_rows, vv_header_rows_clear)

/* Adds a line of the header. The cells are copied. join: the text between two joined cells. */
vv_status vv_header_rows_add(vv_header_rows *h, const char *join, const vv_cell *cells,
			     size_t count, vv_error *err);
/* Adds all lines of the dialect's header, up to the first one that cannot be read. */
vv_status vv_header_rows_read(vv_header_rows *h, const vv_dialect *d, vv_error *err);
/* A dialect's header and the lines around it. The bytes are borrowed from the dialect; they are empty if it does not
 * have a header. */
typedef struct vv_header_parts {
	vv_bytes above; /* blank lines above the header, below any text above the table */
	vv_bytes header;
	vv_bytes below; /* comments and blank lines between the header and the first row */
} vv_header_parts;
/* Splits the dialect's prologue, after its lead (the text above the table), into these parts. */
vv_status vv_header_rows_split(vv_header_parts *out, const vv_dialect *d, vv_error *err);

#endif
