/*
 * same_rows: finds runs of consecutive incoming rows that equal consecutive rows of the version.
 * Compares whole row groups, in several threads, before the writer needs the results.
 *
 *	same_rows_open(&s, table, columns, count, err);
 *	while (same_rows_at(s, &run, old, row, err) > 0) { ... old += run.rows; row += run.rows }
 *	same_rows_stop(s)		before a batch of incoming rows is released
 *	same_rows_close(s)
 *
 * If few rows are equal, comparison pauses for some rows. Each further pause is longer.
 */
#ifndef VV_LIB_ARROW_IN_SAME_ROWS_H
#define VV_LIB_ARROW_IN_SAME_ROWS_H

#include "lib/arrow/in/column.h"

typedef struct vv_table vv_table;

/* A comparison. */
typedef struct same_rows same_rows;

/* Opens the comparison of the version t with incoming rows. columns: the `count` columns of the
 * file; those without an incoming column are not compared. t and columns are borrowed. Call
 * same_rows_close also on failure. */
vv_status same_rows_open(same_rows **out, vv_table *t, const rewrite_column *columns, size_t count,
			 vv_error *err);
void same_rows_close(same_rows *s); /* accepts NULL */

/* A run of equal rows. */
typedef struct same_run {
	uint64_t rows; /* number of equal rows; above 0 */
	/* the bytes of the rows in the file, or NULL if they were not made; borrowed until the next
	 * call */
	const char *lines;
	size_t len;
} same_run;

/* Sets *out to a run of rows of the version, from row `old` on, that equal the rows of the current
 * batch from `row` on, and returns 1. More equal rows may follow the run. Returns 0 if the first
 * row differs or was not compared, or a negative vv_status. incoming_rows: number of rows of the
 * batch. */
int same_rows_at(same_rows *s, same_run *out, uint64_t old, size_t row, size_t incoming_rows,
		 vv_error *err);
/* Returns how many rows the caller must compare itself before it calls same_rows_at again. To be
 * called after same_rows_at has returned 0. */
uint64_t same_rows_pause(same_rows *s);
/* Waits for running comparisons, which read the current batch. s may be NULL. */
void same_rows_stop(same_rows *s);

#endif
