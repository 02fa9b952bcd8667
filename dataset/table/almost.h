/*
 * almost: reports near misses in a CSV whose types and key were inferred: a column of numbers or dates but for a value in a
 * hundred, an id that repeats once, a header line between the rows, rows that stray quotes made one cell.
 */
#ifndef VV_DATASET_TABLE_ALMOST_H
#define VV_DATASET_TABLE_ALMOST_H

#include <stddef.h>

#include "base/error.h"
#include "dataset/table/table.h"

/* what: one line, with row and value. column: the one that it is about; SIZE_MAX: none. */
typedef vv_status (*vv_almost_fn)(void *payload, size_t column, const char *what, vv_error *err);

/* Reads the columns of text, and one named id, as far as needed. breaks: a cell may contain a line feed. Rows are reported by number, so for a table open with its stored key order
 * nothing is reported. Missing blocks end it without an error. */
vv_status vv_table_almost(vv_table *t, bool breaks, vv_almost_fn fn, void *payload, vv_error *err);

#endif
