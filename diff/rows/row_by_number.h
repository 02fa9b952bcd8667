/*
 * row_by_number: rows of one version by their number, and their lines, some recently used groups kept.
 *
 * For writers that show or need rows besides the changed ones, mostly in ascending order (one
 * group is enough), for comparisons, which go to and fro, and for merges, which walk several versions at once.
 */
#ifndef VV_DIFF_ROWS_ROW_BY_NUMBER_H
#define VV_DIFF_ROWS_ROW_BY_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "dataset/table/table.h"

#define VV_ROW_GROUPS_MANY 6u
#define VV_ROW_GROUPS_MAX 8u

typedef struct vv_row_group {
	vv_batch batch;
	vv_buf lines;
	size_t *ends;  /* of each row's line in lines; NULL: not made */
	uint64_t used; /* when; 0: empty */
} vv_row_group;

typedef struct vv_row_by_number {
	vv_table *table;         /* NULL: closed */
	vv_table_reader *reader; /* opened by the first request */
	bool with_lines;         /* all rows' cells are made at once, and lines can be requested */
	size_t groups;           /* number of cached groups */
	vv_row_group group[VV_ROW_GROUPS_MAX];
	uint64_t clock, next; /* next: first row of the reader's next group */
	size_t last;          /* the group of the last request */
} vv_row_by_number;

/* Nothing is read yet. groups: how many are kept, 1 to VV_ROW_GROUPS_MAX. */
void vv_row_by_number_init(vv_row_by_number *r, vv_table *table, size_t groups, bool with_lines);
void vv_row_by_number_close(vv_row_by_number *r); /* zeroed storage is closed */
VV_AUTO_CLEAR(vv_row_by_number, vv_row_by_number_close)

/* The row's cells, borrowed until `groups` - 1 further groups were read; where one is kept,
 * until the next call. */
vv_status vv_row_by_number_get(vv_row_by_number *r, uint64_t row, const vv_cell **cells,
			       vv_error *err);
/* The group of a row; valid until the next call. */
vv_status vv_row_by_number_read(vv_row_by_number *r, uint64_t row, vv_batch **out, vv_error *err);

/* With lines: the row's bytes in the file, borrowed as its cells are. */
vv_status vv_row_by_number_line(vv_row_by_number *r, uint64_t row, const char **line, size_t *len,
				vv_error *err);
/* The bytes of up to max rows of one group, starting at row; *last: offset of the last one; *rows: their number. */
vv_status vv_row_by_number_run(vv_row_by_number *r, uint64_t row, uint64_t max, const char **lines,
			       size_t *len, size_t *last, uint64_t *rows, vv_error *err);

#endif
