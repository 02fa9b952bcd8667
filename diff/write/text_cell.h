/*
 * text_cell: formats a cell's value, its change, and a column's change for a terminal. Shared by
 * text.c, summary.c and text_*.c.
 */
#ifndef VV_DIFF_WRITE_TEXT_CELL_H
#define VV_DIFF_WRITE_TEXT_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "dataset/format/cell.h"
#include "diff/write/writer.h"

/* Appends the value without terminal control sequences. exact: distinguishes values that look
 * alike: "" (empty), null, absent and "null" (a text); spaces at the ends are shown in quotes. */
void vv_text_cell_put(vv_buf *out, const vv_cell *c, bool exact);

/* Returns the number of terminal columns that an escaped text needs. */
size_t vv_text_cell_width(const char *s);

/* Appends an escaped text, cut to width columns with an ellipsis at the cut. */
void vv_text_cell_fit(vv_buf *out, const char *s, size_t width);

/* Appends the escaped line for a pair of columns (vv_column_describe). If many columns only moved,
 * the first of them gets one line for all of them, and the others get no line. */
void vv_text_column_put(vv_buf *out, const vv_diff_table *t, size_t pair);

/* Appends two escaped texts to a and b, shortened to `width` columns. If the longer text needs more
 * columns, first the beginning that both have is shortened to a few characters; then each text is
 * cut. width 0: the texts are not shortened. */
void vv_text_cell_window(vv_buf *a, vv_buf *b, const char *x, const char *y, size_t width);

#endif
