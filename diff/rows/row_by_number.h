/*
 * row_by_number: rows of one version by their number, some recently used groups kept.
 *
 * For writers that show or need rows besides the changed ones, mostly in ascending order (one
 * group is enough), and for comparisons, which go to and fro.
 */
#ifndef VV_DIFF_ROWS_ROW_BY_NUMBER_H
#define VV_DIFF_ROWS_ROW_BY_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "dataset/table/table.h"

#define VV_ROW_GROUPS_MAX 16u

typedef struct vv_row_by_number {
	vv_table *table;         /* NULL: closed */
	vv_table_reader *reader; /* opened with the first row that is asked for */
	size_t groups;           /* so many are kept */
	vv_batch batch[VV_ROW_GROUPS_MAX];
	uint64_t used[VV_ROW_GROUPS_MAX]; /* when; 0: empty */
	uint64_t clock;
	size_t last; /* the group that was asked for last */
} vv_row_by_number;

/* Nothing is read yet. groups: how many are kept, 1 to VV_ROW_GROUPS_MAX. */
void vv_row_by_number_init(vv_row_by_number *r, vv_table *table, size_t groups);
void vv_row_by_number_close(vv_row_by_number *r); /* zeroed storage is closed */
VV_AUTO_CLEAR(vv_row_by_number, vv_row_by_number_close)

/* The row's cells, borrowed until `groups` - 1 further groups were read; where one is kept,
 * until the next call. */
vv_status vv_row_by_number_get(vv_row_by_number *r, uint64_t row, const vv_cell **cells,
			       vv_error *err);
/* The group that holds a row, which is then the one that was asked for last; until the next call. */
vv_status vv_row_by_number_read(vv_row_by_number *r, uint64_t row, vv_batch **out, vv_error *err);

#endif
