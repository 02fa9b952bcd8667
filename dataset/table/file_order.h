/*
 * file_order: a version whose groups are in key order, in the order of its file.
 *
 * vv_table_open (table.h) and the functions of bytes.h use the file's order by themselves; this is for a version
 * open with its stored order that needs the file's order later.
 */
#ifndef VV_DATASET_TABLE_FILE_ORDER_H
#define VV_DATASET_TABLE_FILE_ORDER_H

#include "base/error.h"
#include "dataset/table/table.h"

/* Converts a table open with its stored order to the result of vv_table_open. */
vv_status vv_table_to_file_order(vv_table *t, vv_error *err);
/* Are both in the file's order, or in key order by the same columns? */
bool vv_tables_have_one_order(const vv_table *a, const vv_table *b);
/* Makes the rows of two tables open with their stored order comparable: unless both are in the file's
 * order, or in key order by the same columns, converts both to the result of vv_table_open. */
vv_status vv_tables_in_one_order(vv_table *a, vv_table *b, vv_error *err);

#endif
