/*
 * sorted_rows: sorts the rows of a cursor by columns; uses temporary files if the rows exceed
 * memory.
 *
 * Values are ordered by their column's type, with missing values first, and texts that are not
 * valid for the type last. Rows with equal values keep their order.
 *
 *	vv_sorted_rows_open(&s, rows, table, &order, err);      all rows are read
 *	while ((more = vv_sorted_rows_next(s, &cells, &row, err)) > 0) { ... }
 *	vv_sorted_rows_close(s);
 */
#ifndef VV_LIB_VIEW_SORTED_ROWS_H
#define VV_LIB_VIEW_SORTED_ROWS_H

#include <stdbool.h>

#include "base/auto.h"
#include "lib/rows/rows.h"

/* Appends the sort key of a value: bytes that are ordered like the values. The first byte is
 * VV_SORT_MISSING for a missing value. */
#define VV_SORT_MISSING 1
void vv_sort_key_put(vv_buf *out, vv_buf *scratch, const vv_field *f, const vv_cell *c);

typedef struct vv_sort_order {
	const size_t *by; /* places of the columns to sort by, the most significant first */
	const bool *down; /* for each of these columns: sort descending */
	size_t count;
	const size_t *columns; /* places of the columns that the cursor reads */
	size_t column_count;
	const char *temp_dir;
} vv_sort_order;

typedef struct vv_sorted_rows vv_sorted_rows;
vv_status vv_sorted_rows_open(vv_sorted_rows **out, vv_rows *rows, const vv_table *t,
			      const vv_sort_order *order, vv_error *err);
/* Reads the next row, as vv_rows_next. *row: the number of the row in the table. */
int vv_sorted_rows_next(vv_sorted_rows *s, const vv_cell **cells, uint64_t *row, vv_error *err);
void vv_sorted_rows_close(vv_sorted_rows *s); /* accepts NULL */
VV_AUTO_FREE(vv_sorted_rows, vv_sorted_rows_close)

#endif
