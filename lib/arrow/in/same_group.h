/*
 * same_group: which rows of a group of the version are what comes, column by column and without their cells where the
 * group has numbers or values that rows share.
 *
 * Never says that a row is the same of which column_same (column.h) says that it is not.
 */
#ifndef VV_LIB_ARROW_IN_SAME_GROUP_H
#define VV_LIB_ARROW_IN_SAME_GROUP_H

#include "dataset/table/table.h"
#include "lib/arrow/in/column.h"

/* Clears marks[i] of each row i of [from, upto) of the group, read by vv_table_read_rows, that differs from the incoming row
 * at + i - from in one of the columns. */
vv_status same_group(uint8_t *marks, const rewrite_column *columns, size_t count, vv_batch *b,
		     size_t from, size_t upto, size_t at, vv_buf *scratch, vv_error *err);

#endif
