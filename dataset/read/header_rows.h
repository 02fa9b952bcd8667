/*
 * header_rows: the names of a CSV's columns, out of one line of its header or of several.
 *
 * The cells of a column are joined from the first line to the last one, without those that are empty or repeat the cell
 * above.
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
	vv_cell *names; /* so far */
	vv_cell *above; /* the last joined cell of each column */
	size_t count, room;
	size_t first; /* of a dialect's header: where in its prologue it begins, below blank lines */
	size_t last;  /* where its last line begins */
	size_t end;   /* and where it ends: comments and blank lines may follow */
} vv_header_rows;
#define VV_HEADER_ROWS_INIT                                                                        \
	{                                                                                          \
		VV_ARENA_INIT, NULL, NULL, 0, 0, 0, 0, 0                                           \
	}
void vv_header_rows_clear(vv_header_rows *h);
VV_AUTO_CLEAR(vv_header_rows, vv_header_rows_clear)

/* One more line; its cells are copied. */
vv_status vv_header_rows_add(vv_header_rows *h, const char *join, const vv_cell *cells,
			     size_t count, vv_error *err);
/* All lines of a dialect's header; what cannot be read has no names. */
vv_status vv_header_rows_read(vv_header_rows *h, const vv_dialect *d, vv_error *err);
/* A dialect's header, with the lines around it: borrowed from it, and empty without a header. */
typedef struct vv_header_parts {
	vv_bytes above; /* blank lines between the lines above the table and it */
	vv_bytes header;
	vv_bytes below; /* comments and blank lines between it and the first row */
} vv_header_parts;
vv_status vv_header_rows_split(vv_header_parts *out, const vv_dialect *d, vv_error *err);

#endif
