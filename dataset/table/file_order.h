/*
 * file_order: converts an open table from its stored key order to the order of its file.
 *
 * Only tables that vv_table_open_stored (table.h) has opened are in key order. vv_table_open and
 * the functions of bytes.h always use the order of the file.
 */
#ifndef VV_DATASET_TABLE_FILE_ORDER_H
#define VV_DATASET_TABLE_FILE_ORDER_H

#include "base/error.h"

typedef struct vv_table vv_table;

/* Converts a table to the order of its file, as if vv_table_open had opened it. Does nothing if the
 * table is in this order. */
vv_status vv_table_to_file_order(vv_table *t, vv_error *err);
/* Returns true if both tables are in key order by the same columns, or both in the order of their
 * files. Exception: returns false for a table that was converted to the order of its file, and one
 * that was never in key order by the same columns. */
bool vv_tables_have_one_order(const vv_table *a, const vv_table *b);
/* Makes the rows of two tables comparable: if vv_tables_have_one_order returns false, converts both
 * tables to the order of their files. */
vv_status vv_tables_in_one_order(vv_table *a, vv_table *b, vv_error *err);

#endif
