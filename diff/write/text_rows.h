/*
 * text_rows: some rows of a difference laid out for eyes. Shared by text.c and
 * text_*.c only.
 *
 * Rows are gathered, then laid out together: as one aligned table where the key and all
 * cells that changed fit, else as a block for each row.
 */
#ifndef VV_DIFF_WRITE_TEXT_ROWS_H
#define VV_DIFF_WRITE_TEXT_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "diff/write/writer.h"

/* A column of either side: one of both, of the old, or of the new version only. */
typedef struct text_column {
	long a, b;        /* places; -1 */
	const char *name; /* escaped; of the new version where it is there */
	size_t name_width;
	bool key, number;
	bool names; /* tells which row it is: of the key, or the one to know rows by without it */
	/* of the rows gathered: */
	bool changed, used;
	size_t width;
} text_column;

typedef struct text_row {
	vv_row_kind kind;
	bool moved;
	uint64_t old_row, new_row;
	const vv_cell *old_cells, *new_cells; /* NULL: none */
	const uint8_t *cells;                 /* as in vv_row_change; NULL: none changed */
} text_row;

typedef struct text_rows {
	const vv_diff_table *table;
	bool color;
	unsigned width, context; /* width 0: nothing is cut */
	text_column *columns;
	size_t column_count, key_count;
	text_row *rows;
	size_t count, cap;
	size_t bytes; /* of the rows gathered */
	vv_arena names, arena;
} text_rows;

vv_status text_rows_init(text_rows *r, const vv_diff_table *t, const vv_diff_writer_options *opts,
			 vv_error *err);
void text_rows_clear(text_rows *r);
vv_status text_rows_add(text_rows *r, const vv_row_change *c, vv_error *err);
bool text_rows_full(const text_rows *r);

/* Appends the rows gathered, and forgets them. */
vv_status text_rows_put(text_rows *r, vv_buf *out, vv_error *err);

/* text_table.c: the aligned table; false (nothing appended) when it does not fit. */
bool text_table_put(text_rows *r, vv_buf *out);
/* text_block.c */
void text_block_put(text_rows *r, vv_buf *out);

/* Helpers of both. */
typedef enum text_paint {
	TEXT_DIM,
	TEXT_BOLD,
	TEXT_RED,
	TEXT_GREEN,
	TEXT_YELLOW,
	TEXT_CYAN
} text_paint;
const char *text_on(const text_rows *r, text_paint p);
const char *text_off(const text_rows *r);
text_paint text_kind_paint(vv_row_kind k);
char text_kind_mark(vv_row_kind k);
/* The cell of a row in a column: the new one, or else the old one; NULL: none. */
const vv_cell *text_cell(const text_row *row, const text_column *c);
uint8_t text_change(const text_rows *r, const text_row *row, size_t column);
/* Between the old value and the new one. */
const char *text_arrow(uint8_t change);
void text_put_spaces(vv_buf *out, size_t n);

#endif
