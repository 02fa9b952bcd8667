/*
 * view_writer: writes the rows of a table in a format.
 *
 * A correct caller: vv_view_writer_init; vv_view_begin; vv_view_row for each row; vv_view_end;
 * vv_view_writer_clear. Between these calls, the caller takes the output from w->out and empties
 * that buffer.
 */
#ifndef VV_LIB_VIEW_VIEW_WRITER_H
#define VV_LIB_VIEW_VIEW_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/cell.h"
#include "dataset/format/dialect.h"
#include "lib/view/view_format.h"

typedef struct vv_table vv_table; /* dataset/table/table.h */

/* An output. */
typedef struct vv_view_writer {
	const vv_table *table;
	/* the indices of the written columns in the table, in the order of the output */
	const size_t *columns;
	size_t count; /* number of columns */
	vv_view_format format;
	vv_buf out;    /* the output */
	uint64_t rows; /* number of rows written so far */

	/* VV_VIEW_CSV, VV_VIEW_TSV and VV_VIEW_OWN: */
	vv_dialect dialect;    /* dialect of the output */
	const vv_cell *labels; /* header cells of all columns of the table */
	vv_arena labels_arena; /* memory of labels */
	/* set by the caller after vv_view_writer_init: put ' before cells that a spreadsheet would
	 * evaluate as formulas */
	bool safe;
	vv_buf defused;        /* scratch: the last cell with ' put before it */
	vv_buf line;           /* scratch: the last JSON literal, on one line */
	bool quotes_by_column; /* VV_VIEW_OWN: quote each column as in the dialect */
	/* VV_VIEW_JSON and VV_VIEW_NDJSON: */
	bool typed; /* convert text of CSV to numbers, booleans and null, as in the schema */
	/* for each written column: its name as the beginning of a JSON member, "name": */
	vv_buf *names;
	/* VV_VIEW_TABLE: has the first rows until the widths of the columns are
	 * determined */
	struct vv_view_grid *grid;
} vv_view_writer;

/* Initialises w for `count` columns of t, given by their indices, `columns`. Borrows t and columns.
 * width: width of the terminal in characters, for VV_VIEW_TABLE; 0: no limit. VV_EINPUT: a column's
 * name is not UTF-8, which JSON requires. The caller clears w, also after a failure. */
vv_status vv_view_writer_init(vv_view_writer *w, const vv_table *t, vv_view_format format,
			      const size_t *columns, size_t count, unsigned width, vv_error *err);
void vv_view_writer_clear(vv_view_writer *w);
VV_AUTO_CLEAR(vv_view_writer, vv_view_writer_clear)
/* Appends the beginning of the output, such as the header, to w->out. */
void vv_view_begin(vv_view_writer *w);
/* Appends a row to w->out. cells: the row's cells, one element for each column of the table. row:
 * number of the row, from 0, for messages. VV_EINPUT: a cell is not UTF-8, which JSON requires; the
 * message has its row and column. */
vv_status vv_view_row(vv_view_writer *w, const vv_cell *cells, uint64_t row, vv_error *err);
/* Appends the end of the output to w->out. */
vv_status vv_view_end(vv_view_writer *w, vv_error *err);

/*
 * The following functions format the columns of VV_VIEW_TABLE (view_writer_table.c). They are used
 * by the writer only.
 */
/* Makes *out a grid without rows for the columns of w. width: as for vv_view_writer_init. */
vv_status vv_view_grid_new(struct vv_view_grid **out, const vv_view_writer *w, unsigned width,
			   vv_error *err);
void vv_view_grid_free(struct vv_view_grid *g);
/* Appends the row `cells` to w->out; before the widths of the columns are determined, stores the
 * row in the grid instead. */
vv_status vv_view_grid_row(struct vv_view_grid *g, vv_view_writer *w, const vv_cell *cells,
			   vv_error *err);
/* Appends the rows that are still stored in the grid, and the end of the output, to w->out. */
vv_status vv_view_grid_end(struct vv_view_grid *g, vv_view_writer *w, vv_error *err);

#endif
