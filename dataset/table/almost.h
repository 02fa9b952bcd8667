/*
 * almost: reports likely mistakes in a CSV whose types and key were inferred: a column in which
 * about one value in a hundred is not a number or date, an id that occurs twice, a header line
 * among the rows, rows that a stray quote has joined into one cell.
 */
#ifndef VV_DATASET_TABLE_ALMOST_H
#define VV_DATASET_TABLE_ALMOST_H

#include <stddef.h>

#include "base/error.h"

typedef struct vv_table vv_table;

/* Receives a likely mistake. what: one line of text about it. column: index of the
 * column with the mistake; SIZE_MAX: the mistake is not in one column. If the function fails, the
 * search ends with its status. */
typedef vv_status (*vv_almost_fn)(void *payload, size_t column, const char *what, vv_error *err);

/* Searches a CSV for likely mistakes: in the columns of texts, and in the first column whose name
 * means an id, unless it is in the key. Calls fn for rows that repeat the header, for the mistakes
 * of that column and of the first five columns of texts that have any, and once for the number of
 * further such columns. breaks: a cell may contain a
 * line feed. Does nothing for JSON, and for a table that is open in key order
 * (vv_table_open_stored), because its rows' numbers in the file are not known. If the rows cannot
 * be read, for example because a block is missing, reports nothing and returns VV_OK. */
vv_status vv_table_almost(vv_table *t, bool breaks, vv_almost_fn fn, void *payload, vv_error *err);

#endif
