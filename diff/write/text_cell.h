/*
 * text_cell: formats a cell's value, its change, and a column's change for a terminal.
 */
#ifndef VV_DIFF_WRITE_TEXT_CELL_H
#define VV_DIFF_WRITE_TEXT_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "dataset/format/cell.h"
#include "diff/write/writer.h"

/* Appends the value of a cell, with control characters escaped. A JSON null becomes the word null.
 * exact: values that look alike are written in different ways: an absent cell becomes the word
 * absent, and a text is in quotes if it is empty, is one of these words, has a space at an end, or
 * begins with a quote. */
void vv_text_cell_put(vv_buf *out, const vv_cell *c, bool exact);

/* Returns the number of terminal columns that the escaped text s needs. */
size_t vv_text_cell_width(const char *s);

/* Appends an escaped text. If it needs more than `width` columns, cuts it so that it needs at most
 * `width` with an ellipsis at its end. */
void vv_text_cell_fit(vv_buf *out, const char *s, size_t width);

/* Appends the description of a pair of columns (vv_column_describe), escaped. If more than 5
 * columns only moved, appends one description of all of them for the first, and nothing for the
 * others. */
void vv_text_column_put(vv_buf *out, const vv_diff_table *t, size_t pair);

/* Appends the escaped texts x to a and y to b. If one of them needs more than `width` columns,
 * shortens both so that their difference remains visible: an ellipsis replaces most of the
 * beginning that both have in common, and then each text is cut to the width. width 0: the texts
 * are not shortened. */
void vv_text_cell_window(vv_buf *a, vv_buf *b, const char *x, const char *y, size_t width);

#endif
