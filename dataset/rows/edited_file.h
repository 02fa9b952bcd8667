/*
 * edited_file: writes the edited file of a table line by line. Every line keeps its own row end. If
 * a line without a row end is followed by another line, the dialect's row end is added; the row end
 * after the last row depends on the old file. So the file remains valid if rows are added, removed
 * or moved.
 *
 * 	vv_edited_file f = {.dialect = &t->root.dialect, .out = &out};
 * 	vv_edited_file_head(&f);
 * 	vv_edited_file_lines(&f, line, len, last_old);
 * 	vv_edited_file_tail(&f);
 * 	vv_edited_file_clear(&f);
 *
 * The output is UTF-8, whatever the file's encoding is; the caller converts it. If memory runs out,
 * out->failed is true.
 */
#ifndef VV_DATASET_ROWS_EDITED_FILE_H
#define VV_DATASET_ROWS_EDITED_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

typedef struct vv_dialect vv_dialect;

/* A file that is being written. */
typedef struct vv_edited_file {
	const vv_dialect *dialect; /* the file's dialect; borrowed */
	vv_buf *out;               /* receives the text; borrowed */
	/* The rest is private. */
	bool any;  /* the output ends with a line (or header) whose row end is not written yet */
	bool some; /* vv_edited_file_lines was called */
	vv_buf between; /* the row end, not written yet, of the last line */
	bool as_old;    /* the last line was the last line of the old file */
} vv_edited_file;

/* Writes the bytes before the first row: the byte order mark and the header. */
void vv_edited_file_head(vv_edited_file *f);
/* Writes len bytes of lines: those of one or more rows, each with its row end, or the comments
 * above a removed row. Only the last of these lines may lack a row end. last_old: the last of these
 * lines is the last line of the old file, or a comment: if no line follows, its row end, or the
 * lack of one, stays as it is. */
void vv_edited_file_lines(vv_edited_file *f, const char *lines, size_t len, bool last_old);
/* Writes the row end of the last line, unless the file ends without one, and the bytes after the
 * last row. */
void vv_edited_file_tail(vv_edited_file *f);
void vv_edited_file_clear(vv_edited_file *f); /* accepts zeroes */

#endif
