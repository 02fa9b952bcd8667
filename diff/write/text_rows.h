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

typedef struct text_rows {
	const vv_diff_table *table;
	bool color;
	unsigned width, context; /* width 0: no limit */
	struct text_column *columns;
	size_t column_count, key_count;
	struct text_row *rows;
	size_t count, cap;
	size_t bytes; /* bytes of the collected rows */
	vv_arena names, arena;
} text_rows;

vv_status text_rows_init(text_rows *r, const vv_diff_table *t, const vv_diff_writer_options *opts,
			 vv_error *err);
void text_rows_clear(text_rows *r);
vv_status text_rows_add(text_rows *r, const vv_row_change *c, vv_error *err);
/* Returns true if enough rows are collected, and text_rows_put should be called. */
bool text_rows_full(const text_rows *r);

/* Appends the collected rows to out, and removes them from r. */
vv_status text_rows_put(text_rows *r, vv_buf *out, vv_error *err);

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

#endif
