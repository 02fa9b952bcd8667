/*
 * found_rows: the groups of a table one after the other, and which of their rows are wanted and hold.
 * For this room alone.
 *
 *   found_rows_open(&f, table, options, err); found_rows_start(f, row, err);
 *   while ((more = found_rows_next(f, &group, err)) > 0) { ... }
 *   found_rows_close(f)
 *
 * One thread at a time, which need not be the same one.
 */
#ifndef VV_LIB_WORK_ROWS_FOUND_ROWS_H
#define VV_LIB_WORK_ROWS_FOUND_ROWS_H

#include "lib/work/rows/rows.h"

typedef struct found_group {
	vv_batch batch;
	uint32_t *rows; /* places in the batch, in order */
	size_t count;   /* of rows: 0: none holds, and the batch has no cells */
	size_t cap;
	uint64_t seen; /* rows of the table up to the end of this group */
} found_group;
void found_group_init(found_group *g);
void found_group_clear(found_group *g);

typedef struct found_rows found_rows;
/* Borrows the table and what the options name. */
vv_status found_rows_open(found_rows **out, vv_table *t, const vv_rows_options *opts,
			  vv_error *err);
/* From this row on. Before the first group. */
vv_status found_rows_start(found_rows *f, uint64_t row, vv_error *err);
/* The next group into out, whose former content is replaced: 1, 0, <0. */
int found_rows_next(found_rows *f, found_group *out, vv_error *err);
void found_rows_close(found_rows *f); /* accepts NULL */

#endif
