/*
 * row_edit: a table's file with some rows set, removed or put in; all other bytes stay, comments above these rows, too.
 */
#ifndef VV_DATASET_ROWS_ROW_EDIT_H
#define VV_DATASET_ROWS_ROW_EDIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "dataset/table/bytes.h"
#include "dataset/table/table.h"

typedef enum vv_row_action {
	VV_ROW_INSERT, /* a row in front of `row`; after the last one when row is their number */
	VV_ROW_SET,    /* one cell of the row */
	VV_ROW_LINE, /* the row's whole line, comments above it included; an empty one: removes the row with
		      * these */
	VV_ROW_REMOVE
} vv_row_action;

typedef struct vv_row_edit {
	uint64_t row; /* 0-based, in the unedited table */
	vv_row_action action;
	size_t column;        /* SET */
	vv_cell cell;         /* SET; VV_CELL_ABSENT: JSON, removes the member */
	const vv_cell *cells; /* INSERT: one for each column, of vv_more_columns too; NULL: line */
	vv_bytes line; /* INSERT, LINE: with its row end, as text that the file's encoding has */
} vv_row_edit;

/* JSON: members that no row of the table has, as further columns behind its own. */
typedef struct vv_more_columns {
	const char **names; /* borrowed */
	size_t count;
} vv_more_columns;

/* Puts edits into the order that vv_rows_edit wants: by row, INSERT before others; edits
 * alike in both keep their order. */
void vv_row_edits_sort(vv_row_edit *edits, size_t count);

/* Writes the edited file to fn in pieces, in the encoding of the table's file. A cell that is set is spelled as the one that
 * existed (line_edit.h). more may be NULL. VV_EINPUT, with row and column: the file cannot represent a new cell. */
vv_status vv_rows_edit(vv_table *t, const vv_more_columns *more, const vv_row_edit *edits,
		       size_t count, vv_bytes_fn fn, void *payload, vv_error *err);

/* The same with another name for a column: in the header line of a CSV, in front of each value in NDJSON and JSON. Errors as for
 * vv_header_rename. */
vv_status vv_column_rename(vv_table *t, size_t column, const char *name, vv_bytes_fn fn,
			   void *payload, vv_error *err);

#endif
