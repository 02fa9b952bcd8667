/*
 * text_cell: a cell's value, a change of it, and a column's change, as people see them on
 * a terminal. Shared by text.c, summary.c and text_*.c.
 */
#ifndef VV_DIFF_WRITE_TEXT_CELL_H
#define VV_DIFF_WRITE_TEXT_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "dataset/format/cell.h"
#include "diff/write/writer.h"

/* Appends the value without terminal control sequences. With exact, similar values are
 * distinguished: "" (empty), null, absent, "null" (a text), quotes around spaces. */
void vv_text_cell_put(vv_buf *out, const vv_cell *c, bool exact);

/* The number of columns that an escaped text takes. */
size_t vv_text_cell_width(const char *s);

/* Appends escaped text cut to width columns, with an ellipsis at the cut. */
void vv_text_cell_fit(vv_buf *out, const char *s, size_t width);

/* Appends the (escaped) line for a pair of columns, as vv_column_describe; if many columns only
 * moved, the first of them gets one line for all, and the others get no line. */
void vv_text_column_put(vv_buf *out, const vv_diff_table *t, size_t pair);

/* Cuts the common beginning of two (escaped) texts down to a few characters if the longer one needs
 * more than `width` columns; then cuts each to that width (0: does neither). Appends to a and b. */
void vv_text_cell_window(vv_buf *a, vv_buf *b, const char *x, const char *y, size_t width);

#endif
