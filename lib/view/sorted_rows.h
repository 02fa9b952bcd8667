/*
 * sorted_rows: the rows of a cursor sorted by some columns, on disk if they exceed memory.
 *
 * Values are ordered under their columns' types: missing ones first, texts that are not values of the type last. Rows with
 * equal values keep their order.
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

/* Appends bytes whose order is that of the values; the first is VV_SORT_MISSING if there is none. */
#define VV_SORT_MISSING 1
void vv_sort_key_put(vv_buf *out, vv_buf *scratch, const vv_field *f, const vv_cell *c);

typedef struct vv_sort_order {
	const size_t *by; /* places of columns, the first counts most */
	const bool *down; /* the greatest first */
	size_t count;
	const size_t *columns; /* places of those that the cursor reads */
	size_t column_count;
	const char *temp_dir;
} vv_sort_order;

typedef struct vv_sorted_rows vv_sorted_rows;
vv_status vv_sorted_rows_open(vv_sorted_rows **out, vv_rows *rows, const vv_table *t,
			      const vv_sort_order *order, vv_error *err);
/* As vv_rows_next; row: its number. */
int vv_sorted_rows_next(vv_sorted_rows *s, const vv_cell **cells, uint64_t *row, vv_error *err);
void vv_sorted_rows_close(vv_sorted_rows *s); /* accepts NULL */
VV_AUTO_FREE(vv_sorted_rows, vv_sorted_rows_close)

#endif
