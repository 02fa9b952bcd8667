/*
 * row_lines: rows of one version by number, with their lines, some recently used groups kept.
 */
#ifndef VV_DIFF_ROWS_ROW_LINES_H
#define VV_DIFF_ROWS_ROW_LINES_H

#include <stdint.h>

#include "dataset/table/table.h"

#define VV_ROW_LINES_SLOTS 24u
typedef struct vv_row_lines_slot {
	vv_batch batch;
	vv_buf lines;
	size_t *ends;  /* of each row's line in lines; NULL: not made */
	uint64_t used; /* 0: empty */
} vv_row_lines_slot;
typedef struct vv_row_lines {
	vv_table *table;
	vv_table_reader *reader;
	vv_row_lines_slot slots[VV_ROW_LINES_SLOTS];
	uint64_t clock, next; /* next: first row of the group that the reader gives next */
	uint64_t groups;
	size_t last; /* slot used last */
} vv_row_lines;

vv_status vv_row_lines_open(vv_row_lines *r, vv_table *t, vv_error *err);
void vv_row_lines_close(vv_row_lines *r);
/* The row's cells, and with line its bytes in the file; borrowed until VV_ROW_LINES_SLOTS - 1
 * further groups were asked for. */
vv_status vv_row_lines_cells(vv_row_lines *r, uint64_t row, const vv_cell **cells, vv_error *err);
vv_status vv_row_lines_line(vv_row_lines *r, uint64_t row, const char **line, size_t *len,
			    vv_error *err);
/* The bytes of up to max rows from row on that stand in one group; *rows gets how many. */
vv_status vv_row_lines_run(vv_row_lines *r, uint64_t row, uint64_t max, const char **lines,
			   size_t *len, size_t *last, uint64_t *rows, vv_error *err);

#endif
