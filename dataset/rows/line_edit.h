/*
 * line_edit: changes cells in lines of a table's file without changing other bytes: comments and
 * blank lines above a row, quotes, spaces, the order of members, row ends.
 *
 *   vv_auto(vv_line_editor) e = {.was = &old->root.dialect,
 *                               .schema = &old->schema,
 *                               .is = &old->root.dialect};
 *   vv_line_editor_open(&e, err);
 *   vv_line_edit(&e, &out, line, len, old_cells, cells, changed, spelled, err);
 *
 * A line is the text of a row in the file, with the comments and blank lines above it and its row
 * end, in UTF-8. The new lines may have other columns than the old ones: the member `from` of
 * vv_line_editor maps each new column to its old one.
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
#include "dataset/read/encoding.h"
#include "dataset/read/scan.h"
#include "dataset/schema/schema.h"

typedef struct vv_row_writer vv_row_writer;

#define VV_LINE_NONE SIZE_MAX /* no column */

/* The position of a cell in a line. Members but the last are offsets in the line. */
typedef struct vv_line_part {
	/* CSV: start of the spaces before the cell; JSON: start of the member's name */
	size_t start;
	size_t name_end; /* JSON: end of the member's name */
	size_t from,     /* start of the cell, with its quotes */
		to;      /* end of the cell, with its quotes */
	size_t column;   /* the cell's column; VV_LINE_NONE: JSON, a member that is not a column */
} vv_line_part;

/* The positions of all cells of a line. */
typedef struct vv_line_parts {
	vv_line_part *items; /* in the order of the line */
	size_t count,        /* number of elements of items */
		cap;         /* capacity of items */
	/* offset of the end of the last cell; without cells, of the place of the first one */
	size_t end;

	/* private, for CSV: the scanner of the last line, with its form and columns */
	vv_scan *scan;
	vv_dialect dialect; /* borrows */
	size_t columns;
	vv_scan_place *places; /* an element for each column, as in cells */
	vv_cell *cells;
} vv_line_parts;
void vv_line_parts_clear(vv_line_parts *p); /* accepts zeroes */
VV_AUTO_CLEAR(vv_line_parts, vv_line_parts_clear)

/* Sets *out, whose old content is replaced, to the positions of the cells of a line. schema: the
 * schema of the version with this line. VV_EINPUT: the line is not a row of this form. */
vv_status vv_line_parts_read(vv_line_parts *out, const vv_dialect *d, const vv_schema *schema,
			     const char *line, size_t len, vv_error *err);
/* Returns the position of the cell of a column, or NULL if the line does not have this cell.
 * Borrowed from p. */
const vv_line_part *vv_line_part_of(const vv_line_parts *p, size_t column);
/* An editor. The caller sets the members up to `header`; their pointers are borrowed. */
typedef struct vv_line_editor {
	const vv_dialect *was;    /* dialect of the old lines; NULL: no old lines exist */
	const vv_schema *schema;  /* schema of the old lines */
	const vv_dialect *is;     /* dialect of the new lines */
	const char *const *names; /* names of the new columns; NULL: those of the schema */
	/* for each new column its old column, or VV_LINE_NONE for an added column; NULL: the
	 * columns are unchanged */
	const size_t *from;
	/* number of new columns; set by vv_line_editor_open if names is NULL */
	size_t columns;
	bool header;            /* the lines are header lines */
	vv_row_writer *writer;  /* writes new rows in dialect `is`; owned */
	const char **all_names; /* the schema's names, if names is NULL; owned */
	vv_encoding *encoding;  /* the file's encoding; NULL: UTF-8; owned */
	vv_line_parts parts;    /* of the line that is being edited */
	vv_buf scratch;         /* temporary data */
} vv_line_editor;

/* Opens the editor after the caller has set its members. */
vv_status vv_line_editor_open(vv_line_editor *e, vv_error *err);
void vv_line_editor_close(vv_line_editor *e); /* accepts zeroes */
VV_AUTO_CLEAR(vv_line_editor, vv_line_editor_close)

/* Appends the line to out, with its changed cells replaced. A new cell is quoted in the way in
 * which the column quotes its cells (vv_dialect_quoting) if the old cell was, else like the old
 * cell. old_cells has one cell for each old column, absent if the line does not have it; it is not
 * used in JSON. cells, changed and spelled have one item for each new column: the cell, whether it
 * is changed, and the bytes to write for it, with quotes. If spelled[i].data is NULL, or spelled is
 * NULL, the function spells the cell itself. */
vv_status vv_line_edit(vv_line_editor *e, vv_buf *out, const char *line, size_t len,
		       const vv_cell *old_cells, const vv_cell *cells, const bool *changed,
		       const vv_bytes *spelled, vv_error *err);

/* Appends the line of a new row with these cells, one for each new column, with its row end, to
 * out. In CSV, an empty cell with the flag VV_CELL_QUOTED is written in quotes. If memory runs out,
 * out->failed is true. */
void vv_line_new(vv_line_editor *e, vv_buf *out, const vv_cell *cells);

/* CSV: appends the header line for the new columns of e to out. The line is the old header
 * (vv_dialect_header of `was`) with added and changed names; if `was` and schema are NULL, a new
 * header. e need not be open; its members `is`, names (not NULL), from and columns are used.
 * VV_EREFUSED: the old header has several lines. VV_EINPUT: the file cannot represent a name, or
 * the old header has too few columns. */
vv_status vv_header_edit(vv_buf *out, const vv_dialect *was, const vv_schema *schema,
			 const vv_line_editor *e, vv_error *err);

/* CSV: changes the header in the dialect d so that the column with this index has the new name.
 * schema: the schema of the table. Errors: as for vv_header_edit. */
vv_status vv_header_rename(vv_dialect *d, const vv_schema *schema, size_t column, const char *name,
			   vv_error *err);

/* Checks that the file of the open editor e can represent this cell in the new column with this
 * index. VV_EINPUT: the file's encoding does not have a character of the cell, or the cell needs
 * quotes and the dialect does not have quotes. */
vv_status vv_line_takes(vv_line_editor *e, const vv_cell *cell, size_t column, vv_error *err);

/* Returns the number of bytes of comments and blank lines at the beginning of line[0 .. len), above
 * the row. columns: the number of the table's columns. */
size_t vv_line_lead(const vv_dialect *d, size_t columns, const char *line, size_t len);
/* Returns the number of bytes of the row end at the end of line[0 .. len), which may contain
 * several rows; in a JSON array, the number of bytes after the last '}'. */
size_t vv_line_end(const vv_dialect *d, const char *line, size_t len);

#endif
