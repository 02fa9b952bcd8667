/*
 * view_writer: rows in one of the formats, one after the other.
 */
#ifndef VV_LIB_VIEW_VIEW_WRITER_H
#define VV_LIB_VIEW_VIEW_WRITER_H

#include "base/auto.h"
#include "base/buf.h"
#include "dataset/format/dialect.h"
#include "dataset/table/table.h"

typedef enum vv_view_format {
	VV_VIEW_OWN, /* as the file writes its rows: delimiter, quotes, row end, header or none */
	VV_VIEW_CSV, /* RFC 4180 with LF, header first */
	VV_VIEW_TSV, /* the same with a tab */
	VV_VIEW_JSON,
	VV_VIEW_NDJSON,
	VV_VIEW_TABLE, /* aligned, escaped, for eyes */
	VV_VIEW_ARROW  /* arrays: vv_view_write alone makes it */
} vv_view_format;

typedef struct vv_view_writer {
	const vv_table *table;
	const size_t *columns; /* places, in the order of writing */
	size_t count;
	vv_view_format format;
	vv_buf out; /* taken and emptied by the writer's caller */
	uint64_t rows;
	/* csv, tsv, own */
	vv_dialect dialect;
	const vv_cell *labels; /* of all columns, for the header */
	vv_arena labels_arena;
	bool safe;             /* for spreadsheets */
	vv_buf defused;        /* a cell made so */
	vv_buf line;           /* a literal on one line */
	bool quotes_by_column; /* own: the quoting habits of the dialect apply */
	/* json */
	bool typed;    /* CSV text becomes numbers, booleans, null by the schema */
	vv_buf *names; /* each chosen column as "name": in JSON */
	/* table: rows wait until the widths are known */
	struct vv_view_grid *grid;
} vv_view_writer;

vv_status vv_view_writer_init(vv_view_writer *w, const vv_table *t, vv_view_format format,
			      const size_t *columns, size_t count, unsigned width, vv_error *err);
void vv_view_writer_clear(vv_view_writer *w);
VV_AUTO_CLEAR(vv_view_writer, vv_view_writer_clear)
void vv_view_begin(vv_view_writer *w);
/* cells: a row of all the table's columns, at their places; row: its number, from 0. VV_EINPUT, naming
 * the cell: JSON cannot have its bytes. */
vv_status vv_view_row(vv_view_writer *w, const vv_cell *cells, uint64_t row, vv_error *err);
vv_status vv_view_end(vv_view_writer *w, vv_error *err);

/* Aligned, for eyes: view_writer_table.c */
vv_status vv_view_grid_new(struct vv_view_grid **out, const vv_view_writer *w, unsigned width,
			   vv_error *err);
void vv_view_grid_free(struct vv_view_grid *g);
vv_status vv_view_grid_row(struct vv_view_grid *g, vv_view_writer *w, const vv_cell *cells,
			   vv_error *err);
vv_status vv_view_grid_end(struct vv_view_grid *g, vv_view_writer *w, vv_error *err);

#endif
