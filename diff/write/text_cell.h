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

/* Appends the value of a cell, with control characters escaped. exact: write values that look alike
 * in different ways: "" (an empty text), null, absent and "null" (a text), and texts with spaces at
 * the ends in quotes. */
void vv_text_cell_put(vv_buf *out, const vv_cell *c, bool exact);

/* Returns the number of terminal columns that an escaped text needs. */
size_t vv_text_cell_width(const char *s);

/* Appends an escaped text. If it needs more than `width` columns, cuts it to this width, and ends
 * it with an ellipsis. */
void vv_text_cell_fit(vv_buf *out, const char *s, size_t width);

/* Appends the description of a pair of columns (vv_column_describe), escaped. If many columns only
 * moved, appends one description of all of them for the first, and nothing for the others. */
void vv_text_column_put(vv_buf *out, const vv_diff_table *t, size_t pair);

/* Appends the escaped texts x to a and y to b, each shortened to `width` columns so that their
 * difference remains visible: if the longer text needs more columns, first the beginning that both
 * have in common is shortened to a few characters; then each text is cut. width 0: the texts are
 * not shortened. */
void vv_text_cell_window(vv_buf *a, vv_buf *b, const char *x, const char *y, size_t width);

#endif
