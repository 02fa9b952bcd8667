/*
 * almost: what is nearly right in a CSV whose types and key were found: a column of numbers or dates but for a value in a hundred,
 * an id that repeats once, a header line between the rows, rows that stray quotes made one cell.
 */
#ifndef VV_DATASET_TABLE_ALMOST_H
#define VV_DATASET_TABLE_ALMOST_H

#include <stddef.h>

#include "base/error.h"
#include "dataset/table/table.h"

/* what: one line, with row and value. column: the one that it is about; SIZE_MAX: none. */
typedef vv_status (*vv_almost_fn)(void *payload, size_t column, const char *what, vv_error *err);

/* Reads the columns of text, and one that is called id. Rows are told by their number, so of a table that was opened as it is
 * stored in key order nothing is reported. Blocks that are not there end it without an error. */
vv_status vv_table_almost(vv_table *t, vv_almost_fn fn, void *payload, vv_error *err);

#endif
