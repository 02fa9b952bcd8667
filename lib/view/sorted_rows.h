/*
 * sorted_rows: sorts the rows of a cursor by columns; uses temporary files if the rows exceed
 * memory.
 *
 * Values are ordered by their column's type, with missing values first, and texts that are not
 * valid for the type last; descending order is the reverse. Rows with equal values keep their
 * order.
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

#define VV_SORT_MISSING 1 /* first byte of the sort key of a missing value */
/* Appends to out the sort key of the cell *c in a column with the field f: bytes that are ordered
 * as the values are. Overwrites *scratch. */
void vv_sort_key_put(vv_buf *out, vv_buf *scratch, const vv_field *f, const vv_cell *c);

/* One value = the options of one sort. All pointers are borrowed until vv_sorted_rows_close. */
typedef struct vv_sort_order {
	/* indices of the columns by which rows are sorted, the most significant first */
	const size_t *by;
	const bool *down;      /* for each of these columns: true to sort descending */
	size_t count;          /* their number */
	const size_t *columns; /* indices of the columns that the cursor reads */
	size_t column_count;
	const char *temp_dir; /* folder for temporary files */
} vv_sort_order;

/* One value = the sorted rows of one cursor. */
typedef struct vv_sorted_rows vv_sorted_rows;
/* Reads all rows of the cursor `rows` over the table t, sorts them, and sets *out to the result. */
vv_status vv_sorted_rows_open(vv_sorted_rows **out, vv_rows *rows, const vv_table *t,
			      const vv_sort_order *order, vv_error *err);
/* Sets *cells to the cells of the next row, as vv_rows_next does, borrowed until the next call, and
 * *row to the number of the row in the table. Returns 1, 0 after the last row, or a negative
 * vv_status. */
int vv_sorted_rows_next(vv_sorted_rows *s, const vv_cell **cells, uint64_t *row, vv_error *err);
void vv_sorted_rows_close(vv_sorted_rows *s); /* accepts NULL */
VV_AUTO_FREE(vv_sorted_rows, vv_sorted_rows_close)

#endif
