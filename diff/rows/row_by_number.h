/*
 * row_by_number: rows of one version by their number, mostly in ascending order.
 *
 * For writers that show or need rows besides the changed ones. One group is held.
 */
#ifndef VV_DIFF_ROWS_ROW_BY_NUMBER_H
#define VV_DIFF_ROWS_ROW_BY_NUMBER_H

#include <stdint.h>

#include "dataset/table/table.h"

typedef struct vv_row_by_number {
	vv_table *table;         /* NULL: closed */
	vv_table_reader *reader; /* opened with the first row that is asked for */
	vv_batch batch;
	bool held;
} vv_row_by_number;

/* nothing is read yet; zeroed storage is closed */
void vv_row_by_number_init(vv_row_by_number *r, vv_table *table);
void vv_row_by_number_close(vv_row_by_number *r);

/* The row's cells, borrowed until the next call. */
vv_status vv_row_by_number_get(vv_row_by_number *r, uint64_t row, const vv_cell **cells,
			       vv_error *err);

#endif
