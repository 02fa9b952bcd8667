/*
 * edited_file: writes a table's file line by line: with the right text between rows, and after the last one, so that
 * the file stays valid when rows are added, removed and moved.
 *
 *	vv_edited_file f = {.dialect = &t->root.dialect, .out = &out};
 *	vv_edited_file_head(&f);
 *	vv_edited_file_lines(&f, line, len, last_old);
 *	vv_edited_file_tail(&f);
 *	vv_edited_file_clear(&f);
 *
 * The output is the text; out->failed: out of memory.
 */
#ifndef VV_DATASET_ROWS_EDITED_FILE_H
#define VV_DATASET_ROWS_EDITED_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "dataset/format/dialect.h"

typedef struct vv_edited_file {
	const vv_dialect *dialect; /* borrowed, both */
	vv_buf *out;
	bool any;       /* something is in front that a row must be set off from */
	bool some;      /* lines were put */
	vv_buf between; /* the row end of the line put last */
	bool as_old;    /* which was the last one of the file before */
} vv_edited_file;

void vv_edited_file_head(vv_edited_file *f);
/* One row's line with its row end, or several that follow each other. last_old: the last one of them was the last line of the
 * file before, and may have no row end. Lines above a removed row are written so, too. */
void vv_edited_file_lines(vv_edited_file *f, const char *lines, size_t len, bool last_old);
void vv_edited_file_tail(vv_edited_file *f);
void vv_edited_file_clear(vv_edited_file *f); /* accepts zeroes */

#endif
