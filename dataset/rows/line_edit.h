/*
 * line_edit: edits some cells in lines of a table's file. All other bytes stay: comments and blank lines above a row,
 * quotes, blanks, the order of members, row ends.
 *
 *	vv_auto(vv_line_editor) e = {.was = &old->root.dialect, .schema = &old->schema, .is = &old->root.dialect};
 *	vv_line_editor_open(&e, err);
 *	vv_line_edit(&e, &out, line, len, old_cells, cells, changed, err);
 *
 * Columns may be added, removed, moved and renamed: `from` has the former column of each.
 */
#ifndef VV_DATASET_ROWS_LINE_EDIT_H
#define VV_DATASET_ROWS_LINE_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/cell.h"
#include "dataset/format/dialect.h"
#include "dataset/format/row_write.h"
#include "dataset/read/encoding.h"
#include "dataset/schema/schema.h"

#define VV_LINE_NONE SIZE_MAX

/* Where a cell is in a line. */
typedef struct vv_line_part {
	size_t start;    /* CSV: with the blanks before it; JSON: of the member's name */
	size_t name_end; /* JSON */
	size_t from, to; /* with its quotes */
	size_t column;   /* of the line; VV_LINE_NONE: JSON, of no column */
} vv_line_part;

typedef struct vv_line_parts {
	vv_line_part *items; /* in the order of the line */
	size_t count, cap;
	size_t end; /* of the last one */
} vv_line_parts;
void vv_line_parts_clear(vv_line_parts *p); /* accepts zeroes */
VV_AUTO_CLEAR(vv_line_parts, vv_line_parts_clear)

/* schema: of the version that the line is of. */
vv_status vv_line_parts_read(vv_line_parts *out, const vv_dialect *d, const vv_schema *schema,
			     const char *line, size_t len, vv_error *err);
/* The cell of a column; NULL: the line does not have it. */
const vv_line_part *vv_line_part_of(const vv_line_parts *p, size_t column);
/* Set by the caller, and borrowed, up to `columns`. */
typedef struct vv_line_editor {
	const vv_dialect *was; /* of the lines; NULL: there are none yet */
	const vv_schema *schema;
	const vv_dialect *is;     /* of the output */
	const char *const *names; /* of the output, `columns`; NULL: those of the schema */
	/* for each of them the column of the line, or VV_LINE_NONE; NULL: the same */
	const size_t *from;
	size_t columns;
	bool header;            /* the lines are the header's */
	vv_row_writer *writer;  /* of rows that are new, under `is` */
	const char **all_names; /* where names is NULL */
	vv_encoding *encoding;  /* of the file; NULL: it has all characters */
	vv_line_parts parts;
	vv_buf scratch;
} vv_line_editor;

vv_status vv_line_editor_open(vv_line_editor *e, vv_error *err);
void vv_line_editor_close(vv_line_editor *e); /* accepts zeroes */
VV_AUTO_CLEAR(vv_line_editor, vv_line_editor_close)

/* Appends the line with the cells that are `changed` written again, each in quotes as the one that it replaces was; cells that the line does
 * not have are absent in old_cells. spelled: for each column how its cell is spelled, or a NULL; may be NULL. */
vv_status vv_line_edit(vv_line_editor *e, vv_buf *out, const char *line, size_t len,
		       const vv_cell *old_cells, const vv_cell *cells, const bool *changed,
		       const vv_bytes *spelled, vv_error *err);

/* Appends the line of a new row, with its row end. An empty cell with VV_CELL_QUOTED is in quotes. */
void vv_line_new(vv_line_editor *e, vv_buf *out, const vv_cell *cells);

/* CSV: appends the header of the editor's columns, from its line on (vv_dialect_header): the old header, with new and changed
 * names. was, schema NULL: a new one. The editor need not be open. VV_EREFUSED: it has several lines. */
vv_status vv_header_edit(vv_buf *out, const vv_dialect *was, const vv_schema *schema,
			 const vv_line_editor *e, vv_error *err);

/* CSV: the header of d, of a table with this schema, has another name for a column. Errors as above, and VV_EINPUT: the encoding lacks a
 * character of it. */
vv_status vv_header_rename(vv_dialect *d, const vv_schema *schema, size_t column, const char *name,
			   vv_error *err);

/* Can the cell be written to the file? VV_EINPUT: its encoding lacks a character, or the cell needs quotes, which the file does
 * not have. */
vv_status vv_line_takes(vv_line_editor *e, const vv_cell *cell, size_t column, vv_error *err);

/* How many of its bytes are lines above the row: comments and blank ones. columns: of its table. */
size_t vv_line_lead(const vv_dialect *d, size_t columns, const char *line, size_t len);
/* How many bytes end the row, or the last one of several. */
size_t vv_line_end(const vv_dialect *d, const char *line, size_t len);

#endif
