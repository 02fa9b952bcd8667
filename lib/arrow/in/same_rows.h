/*
 * same_rows: finds runs of rows that are unchanged at the same position. Compares whole row groups,
 * on all cores, ahead of the writer.
 *
 *	same_rows_open(&s, table, columns, count, err);
 *	while (same_rows_at(s, &run, old, row, err) > 0) { ... old += run.rows; row += run.rows }
 *	same_rows_stop(s)		before a batch of incoming rows is released
 *	same_rows_close(s)
 *
 * If few rows match, comparison pauses for some rows, and each further pause is longer.
 */
#ifndef VV_LIB_ARROW_IN_SAME_ROWS_H
#define VV_LIB_ARROW_IN_SAME_ROWS_H

#include "dataset/table/table.h"
#include "lib/arrow/in/column.h"

typedef struct same_rows same_rows;

/* Opens the comparison of the version t with incoming rows. columns: the columns of the file; those
 * without an incoming column are not compared. t and columns are borrowed. */
vv_status same_rows_open(same_rows **out, vv_table *t, const rewrite_column *columns, size_t count,
			 vv_error *err);
void same_rows_close(same_rows *s); /* accepts NULL */

typedef struct same_run {
	uint64_t rows; /* number of equal rows; above 0 */
	/* the bytes of the rows in the file, or NULL if they were not made; borrowed until the next
	 * call */
	const char *lines;
	size_t len;
} same_run;

/* Counts how many rows of the version, from row `old` on, are equal to the rows of the current
 * batch from `row` on. Returns 1 and sets *out; 0 if the first row differs or was not compared, or
 * a negative vv_status. incoming_rows: number of rows of the batch. */
int same_rows_at(same_rows *s, same_run *out, uint64_t old, size_t row, size_t incoming_rows,
		 vv_error *err);
/* Call after same_rows_at has returned 0. Returns how many rows the caller compares itself before
 * it calls same_rows_at again. */
uint64_t same_rows_pause(same_rows *s);
/* Waits for running comparisons, which read the current batch. s may be NULL. */
void same_rows_stop(same_rows *s);

#endif
