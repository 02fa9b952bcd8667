/*
 * file_order: a version whose groups are in key order, in the order of its file.
 *
 * vv_table_open (table.h) and the functions of bytes.h give the file's order by themselves; this is for those who
 * opened a version as it is stored, and find out that they need it after all.
 */
#ifndef VV_DATASET_TABLE_FILE_ORDER_H
#define VV_DATASET_TABLE_FILE_ORDER_H

#include "base/error.h"
#include "dataset/table/table.h"

/* Of a table that was opened as it is stored: it becomes what vv_table_open gives. */
vv_status vv_table_to_file_order(vv_table *t, vv_error *err);
/* Are both in the file's order, or in key order by the same columns? */
bool vv_tables_have_one_order(const vv_table *a, const vv_table *b);
/* Of two tables that were opened as they are stored, so that their rows can be compared: unless both are in
 * the file's order, or in key order by the same columns, both become what vv_table_open gives. */
vv_status vv_tables_in_one_order(vv_table *a, vv_table *b, vv_error *err);

#endif
