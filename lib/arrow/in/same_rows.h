/*
 * same_rows: finds unchanged rows of the version by their position: for whole groups, on all cores, ahead of
 * the writer.
 *
 *	same_rows_open(&s, table, columns, count, err);
 *	while (same_rows_at(s, &run, old, row, err) > 0) { ... old += run.rows; row += run.rows }
 *	same_rows_stop(s)		before the batch of incoming rows is released
 *	same_rows_close(s)
 *
 * If it hardly pays, since rows differ or come in another order, it skips some groups, and more each time.
 */
#ifndef VV_LIB_ARROW_IN_SAME_ROWS_H
#define VV_LIB_ARROW_IN_SAME_ROWS_H

#include "dataset/table/table.h"
#include "lib/arrow/in/column.h"

typedef struct same_rows same_rows;

/* columns are the version's; compares those that the stream has. Borrows both. */
vv_status same_rows_open(same_rows **out, vv_table *t, const rewrite_column *columns, size_t count,
			 vv_error *err);
void same_rows_close(same_rows *s); /* accepts NULL */

typedef struct same_run {
	uint64_t rows; /* above 0 */
	/* their bytes in the file; NULL: not made. Borrowed until the next call */
	const char *lines;
	size_t len;
} same_run;

/* How many rows from `old` on are the same as those of the batch at hand from `row` on. 1; 0: the next one differs, or it is
 * not known; <0. */
int same_rows_at(same_rows *s, same_run *out, uint64_t old, size_t row, size_t incoming_rows,
		 vv_error *err);
/* After a 0: the number of rows to compare one by one before the next call of same_rows_at. */
uint64_t same_rows_pause(same_rows *s);
void same_rows_stop(same_rows *s);

#endif
