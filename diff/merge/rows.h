/*
 * rows: rows of one version by number, with their lines, some recently used groups kept.
 */
#ifndef VV_DIFF_MERGE_ROWS_H
#define VV_DIFF_MERGE_ROWS_H

#include <stdint.h>

#include "dataset/table/table.h"

#define MERGE_SLOTS 24u
typedef struct merge_slot {
	vv_batch batch;
	vv_buf lines;
	size_t *ends;  /* of each row's line in lines; NULL: not made */
	uint64_t used; /* 0: empty */
} merge_slot;
typedef struct merge_rows {
	vv_table *table;
	vv_table_reader *reader;
	merge_slot slots[MERGE_SLOTS];
	uint64_t clock, next; /* next: first row of the group that the reader gives next */
	uint64_t groups;
	size_t last; /* slot used last */
} merge_rows;

vv_status merge_rows_open(merge_rows *r, vv_table *t, vv_error *err);
void merge_rows_close(merge_rows *r);
/* The row's cells, and with line its bytes in the file; borrowed until MERGE_SLOTS - 1
 * further groups were asked for. */
vv_status merge_row(merge_rows *r, uint64_t row, const vv_cell **cells, vv_error *err);
vv_status merge_line(merge_rows *r, uint64_t row, const char **line, size_t *len, vv_error *err);
/* The bytes of up to max rows from row on that stand in one group; *rows gets how many. */
vv_status merge_lines(merge_rows *r, uint64_t row, uint64_t max, const char **lines, size_t *len,
		      size_t *last, uint64_t *rows, vv_error *err);

#endif
