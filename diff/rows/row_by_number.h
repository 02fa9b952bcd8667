/*
 * row_by_number: reads rows of a version, and their lines in the file, by row number. Caches
 * recently used row groups.
 *
 * One cached group is enough if rows are mostly requested in ascending order, for example to show
 * unchanged rows; comparisons and merges alternate between groups, and need several.
 */
#ifndef VV_DIFF_ROWS_ROW_BY_NUMBER_H
#define VV_DIFF_ROWS_ROW_BY_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "dataset/table/table.h"

#define VV_ROW_GROUPS_MANY 6u /* number of cached groups for comparisons */
#define VV_ROW_GROUPS_MAX 8u  /* most cached groups */

/* A cached group. */
typedef struct vv_row_group {
	vv_batch batch; /* the group's cells */
	vv_buf lines;   /* the bytes of its rows in the file */
	/* for each row, the end of its line in `lines`; NULL: the lines were not made */
	size_t *ends;
	uint64_t used; /* value of clock at the last use; 0: the group is empty */
} vv_row_group;

/* A reader of rows. */
typedef struct vv_row_by_number {
	vv_table *table;         /* borrowed; NULL: closed */
	vv_table_reader *reader; /* opened by the first request */
	/* vv_row_by_number_line and _run can be called; all cells of a group are then decoded at
	 * once */
	bool with_lines;
	size_t groups;                         /* number of cached groups */
	vv_row_group group[VV_ROW_GROUPS_MAX]; /* the cached groups; the first `groups` are used */
	uint64_t clock,                        /* number of uses of cached groups so far */
		next; /* the first row of the group that the reader returns next */
	size_t last;  /* index in group of the last request */
} vv_row_by_number;

/* Makes *r a reader of the rows of table, which must outlive r. Reads nothing yet. groups: the
 * number of groups to cache, 1 to VV_ROW_GROUPS_MAX. with_lines: the member with this name. */
void vv_row_by_number_init(vv_row_by_number *r, vv_table *table, size_t groups, bool with_lines);
void vv_row_by_number_close(vv_row_by_number *r); /* accepts zeroed storage */
VV_AUTO_CLEAR(vv_row_by_number, vv_row_by_number_close)

/* Sets *cells to the cells of the row with this number, from 0. They are valid while at most
 * `groups` - 1 further groups are read; if groups is 1, until the next call. VV_ECORRUPT: the table
 * has no such row. */
vv_status vv_row_by_number_get(vv_row_by_number *r, uint64_t row, const vv_cell **cells,
			       vv_error *err);
/* Sets *out to the row group that contains the row, borrowed until the next call. */
vv_status vv_row_by_number_read(vv_row_by_number *r, uint64_t row, vv_batch **out, vv_error *err);

/* Sets *line and *len to the row's bytes in the file, valid as long as the row's cells. Requires
 * with_lines. */
vv_status vv_row_by_number_line(vv_row_by_number *r, uint64_t row, const char **line, size_t *len,
				vv_error *err);
/* Sets *lines and *len to the bytes in the file of up to max consecutive rows of one group,
 * beginning with `row`; *last to the offset in *lines of the last row's line; and *rows to the
 * number of these rows. They are valid as long as the rows' cells. Requires with_lines. */
vv_status vv_row_by_number_run(vv_row_by_number *r, uint64_t row, uint64_t max, const char **lines,
			       size_t *len, size_t *last, uint64_t *rows, vv_error *err);

#endif
