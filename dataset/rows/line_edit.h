/*
 * line_edit: changes cells in lines of a table's file. All other bytes are unchanged: comments and blank lines above
 * a row, quotes, spaces, the order of members, row ends.
 *
 *	vv_auto(vv_line_editor) e = {.was = &old->root.dialect, .schema = &old->schema, .is = &old->root.dialect};
 *	vv_line_editor_open(&e, err);
 *	vv_line_edit(&e, &out, line, len, old_cells, cells, changed, spelled, err);
 *
 * The new lines may have other columns: `from` maps each new column to its old one.
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
	/* CSV: start of the spaces before the cell; JSON: start of the member's name */
	size_t start;
	size_t name_end; /* JSON: end of the member's name */
	size_t from, to; /* start and end of the cell, with its quotes */
	size_t column;   /* the cell's column; VV_LINE_NONE: JSON, a member that is not a column */
} vv_line_part;

typedef struct vv_line_parts {
	vv_line_part *items; /* in the order of the line */
	size_t count, cap;
	size_t end; /* end of the last cell */
} vv_line_parts;
void vv_line_parts_clear(vv_line_parts *p); /* accepts zeroes */
VV_AUTO_CLEAR(vv_line_parts, vv_line_parts_clear)

/* Finds the cells of a line, and replaces out's content. schema: the schema of the line's
 * version. */
vv_status vv_line_parts_read(vv_line_parts *out, const vv_dialect *d, const vv_schema *schema,
			     const char *line, size_t len, vv_error *err);
/* Returns the cell of a column, or NULL if the line does not have it. */
const vv_line_part *vv_line_part_of(const vv_line_parts *p, size_t column);
/* An editor. The caller sets the members up to `header`; their pointers are borrowed. */
typedef struct vv_line_editor {
	const vv_dialect *was;    /* dialect of the old lines; NULL: there are no old lines */
	const vv_schema *schema;  /* schema of the old lines */
	const vv_dialect *is;     /* dialect of the new lines */
	const char *const *names; /* names of the new columns; NULL: those of the schema */
	/* for each new column its old column, or VV_LINE_NONE for an added column; NULL: the columns are unchanged */
	const size_t *from;
	/* number of new columns; set by vv_line_editor_open if names is NULL */
	size_t columns;
	bool header;            /* the lines are header lines */
	vv_row_writer *writer;  /* writes new rows in dialect `is`; owned */
	const char **all_names; /* the schema's names, if names is NULL; owned */
	vv_encoding *encoding;  /* the file's encoding; NULL: UTF-8; owned */
	vv_line_parts parts;
	vv_buf scratch;
} vv_line_editor;

vv_status vv_line_editor_open(vv_line_editor *e, vv_error *err);
void vv_line_editor_close(vv_line_editor *e); /* accepts zeroes */
VV_AUTO_CLEAR(vv_line_editor, vv_line_editor_close)

/* Appends the line with its changed cells replaced; a new cell is quoted if the old cell was. old_cells: by old
 * column; a cell that the line does not have is absent. cells, changed and spelled: by new column. spelled has the
 * bytes to write for each cell, or data NULL for cells that the function writes itself; spelled may be NULL. */
vv_status vv_line_edit(vv_line_editor *e, vv_buf *out, const char *line, size_t len,
		       const vv_cell *old_cells, const vv_cell *cells, const bool *changed,
		       const vv_bytes *spelled, vv_error *err);

/* Appends the line of a new row, with its row end. An empty cell with VV_CELL_QUOTED is written in quotes. */
void vv_line_new(vv_line_editor *e, vv_buf *out, const vv_cell *cells);

/* CSV: appends the header for the editor's columns: the old header (vv_dialect_header of `was`) with added and
 * changed names, or a new header if `was` and schema are NULL. The editor need not be open. VV_EREFUSED: the old
 * header has several lines. VV_EINPUT: the file cannot represent a name, or the header has too few columns. */
vv_status vv_header_edit(vv_buf *out, const vv_dialect *was, const vv_schema *schema,
			 const vv_line_editor *e, vv_error *err);

/* CSV: renames a column in the header of the dialect d, whose table has this schema. Errors: as for
 * vv_header_edit. */
vv_status vv_header_rename(vv_dialect *d, const vv_schema *schema, size_t column, const char *name,
			   vv_error *err);

/* Checks that the file can represent the cell. VV_EINPUT: the file's encoding does not have a character of the cell,
 * or the cell needs quotes and the dialect does not have quotes. */
vv_status vv_line_takes(vv_line_editor *e, const vv_cell *cell, size_t column, vv_error *err);

/* Returns the length of the comments and blank lines above the row that `line` contains. columns: the number of the
 * table's columns. */
size_t vv_line_lead(const vv_dialect *d, size_t columns, const char *line, size_t len);
/* Returns the length of the row end at the end of `line`, which may contain several rows. */
size_t vv_line_end(const vv_dialect *d, const char *line, size_t len);

#endif
