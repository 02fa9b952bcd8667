/*
 * row_edit: changes, removes and inserts rows in a table's file. All other bytes are unchanged,
 * also comments above these rows.
 */
#ifndef VV_DATASET_ROWS_ROW_EDIT_H
#define VV_DATASET_ROWS_ROW_EDIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "dataset/format/cell.h"
#include "dataset/format/dialect.h"
#include "dataset/table/bytes.h"

typedef struct vv_table vv_table;

/* The kind of an edit. */
typedef enum vv_row_action {
	/* inserts a row before `row`; after the last row if `row` is the number of rows */
	VV_ROW_INSERT,
	VV_ROW_SET, /* sets one cell of the row */
	/* replaces the row's line and the comments above it; an empty line removes both; a row can
	 * have no other edit besides, except INSERT */
	VV_ROW_LINE,
	VV_ROW_REMOVE /* removes the row; the comments above it stay */
} vv_row_action;

/* One edit. Pointers are borrowed. */
typedef struct vv_row_edit {
	uint64_t row; /* the row's number, from 0, in the unedited table */
	vv_row_action action;
	size_t column; /* SET: index of the cell's column */
	vv_cell cell;  /* SET: the new cell; in JSON, VV_CELL_ABSENT removes the member */
	/* INSERT: a cell for each column, including those of vv_more_columns; NULL: `line` is
	 * inserted instead */
	const vv_cell *cells;
	/* INSERT without cells, and LINE: the new line in UTF-8, with its row end; the file's
	 * encoding must have its characters */
	vv_bytes line;
} vv_row_edit;

/* JSON: names of new members, which are columns after those of the table. */
typedef struct vv_more_columns {
	const char **names; /* borrowed */
	size_t count;
} vv_more_columns;

/* Sorts edits as vv_rows_edit requires: by row; for the same row, INSERT before other actions.
 * Otherwise edits keep their order. */
void vv_row_edits_sort(vv_row_edit *edits, size_t count);

/* Applies count edits, which must be sorted (vv_row_edits_sort), to the file of t, and passes the
 * bytes of the edited file to fn in pieces, in the encoding of the table's file. Changed cells are
 * quoted as by vv_line_edit (line_edit.h). `more` may be NULL. VV_EINPUT: the file cannot represent
 * a new cell; err names row and column. */
vv_status vv_rows_edit(vv_table *t, const vv_more_columns *more, const vv_row_edit *edits,
		       size_t count, vv_bytes_fn fn, void *payload, vv_error *err);

/* Renames the column with this index in the file of t, and passes the bytes of the new file to fn
 * in pieces. The name changes in the header line of a CSV, or in each object of NDJSON and JSON.
 * Errors: as for vv_header_rename. */
vv_status vv_column_rename(vv_table *t, size_t column, const char *name, vv_bytes_fn fn,
			   void *payload, vv_error *err);

#endif
