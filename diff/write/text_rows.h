/*
 * text_rows: lays out some rows of a difference for display. For text.c only.
 *
 * Rows are collected, and then laid out together: as one aligned table if the key and all changed
 * cells fit, else as a block for each row.
 */
#ifndef VV_DIFF_WRITE_TEXT_ROWS_H
#define VV_DIFF_WRITE_TEXT_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "diff/write/writer.h"

typedef struct vv_row_change vv_row_change;

/* The rows that are collected. */
typedef struct text_rows {
	const vv_diff_table *table; /* borrowed */
	bool color;                 /* use colours */
	unsigned width,             /* columns of the terminal; 0: no limit */
		context;            /* as in vv_diff_writer_options, but 2 instead of 0 */
	struct text_column *columns;
	size_t column_count,   /* number of columns */
		key_count;     /* number of those columns that are the key */
	struct text_row *rows; /* the collected rows */
	size_t count,          /* number of rows */
		cap;           /* capacity of rows */
	size_t bytes;          /* bytes of the collected rows */
	vv_arena names,        /* memory of the columns' names */
		arena;         /* memory of the collected rows */
} text_rows;

/* Initialises *r for the table t, which must outlive it. The caller clears *r, also after a
 * failure. */
vv_status text_rows_init(text_rows *r, const vv_diff_table *t, const vv_diff_writer_options *opts,
			 vv_error *err);
void text_rows_clear(text_rows *r);
/* Collects a copy of the row c. */
vv_status text_rows_add(text_rows *r, const vv_row_change *c, vv_error *err);
/* Returns true if so many rows are collected that text_rows_put should be called. */
bool text_rows_full(const text_rows *r);

/* Appends the collected rows to out, and removes them from r. */
vv_status text_rows_put(text_rows *r, vv_buf *out, vv_error *err);

/* A style of text. */
typedef enum text_paint {
	TEXT_DIM,
	TEXT_BOLD,
	TEXT_RED,
	TEXT_GREEN,
	TEXT_YELLOW,
	TEXT_CYAN
} text_paint;
/* Returns the terminal sequence that begins this style, or "" if r->color is false; a constant. */
const char *text_on(const text_rows *r, text_paint p);
/* Returns the terminal sequence that ends a style, or "" if r->color is false; a constant. */
const char *text_off(const text_rows *r);

#endif
