/*
 * rows: reads the rows of a table, one after the other or by row group. The caller can select
 * columns, a range of rows, and the rows that match a filter.
 *
 * The cursor reads only the groups that can have a matching row (fact_test.h). In these, it first
 * reads the columns that the filter tests, and the other columns only if a row of the group
 * matches. If there are many groups, a thread reads ahead.
 *
 * A correct caller calls vv_rows_open, then vv_rows_next until it returns 0, and last
 * vv_rows_close.
 */
#ifndef VV_LIB_ROWS_ROWS_H
#define VV_LIB_ROWS_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/rows/found_rows.h"

/* One value = one cursor. */
typedef struct vv_rows vv_rows;

/* Opens a cursor over t as *out. Borrows the table and everything in opts except opts->columns,
 * which is copied. */
vv_status vv_rows_open(vv_rows **out, vv_table *t, const vv_rows_options *opts, vv_error *err);

/* Sets *cells to the cells of the next row: one element for each column of the table, valid until
 * the next call. Returns 1, 0 at the end, or a negative vv_status, which further calls return
 * again. */
int vv_rows_next(vv_rows *r, const vv_cell **cells, vv_error *err);

/* One value = the matching rows of one row group. */
typedef struct vv_rows_group {
	/* read with vv_table_read_rows; the caller reads its columns with vv_batch_run */
	vv_batch *batch;
	const uint32_t *rows; /* indices of the matching rows in `batch`, ascending */
	size_t count;         /* number of rows; above 0 */
} vv_rows_group;
/* Sets *out to the next row group that has a matching row; it is valid until the next call.
 * Requires the option by_group. Returns the same as vv_rows_next. */
int vv_rows_next_group(vv_rows *r, vv_rows_group *out, vv_error *err);

/* Divides the numbers of `rows` rows into `parts` ranges of about the same size (shares), and sets
 * o->from and o->to to the range with the number `part`, from 0. A share has the row groups whose
 * first row is in its range, if o->within is false. VV_EUSAGE: part is not below parts. */
vv_status vv_rows_share(vv_rows_options *o, uint64_t rows, uint32_t part, uint32_t parts,
			vv_error *err);

/* Sets *from to the number of the first row that the cursor may return. Returns true if the cursor
 * returns this row and all later rows of the table. */
bool vv_rows_are_all(const vv_rows *r, uint64_t *from);
/* Returns the member `progress` of the options, borrowed; may be NULL. */
const vv_progress *vv_rows_progress(const vv_rows *r);

/* Returns the number, from 0, of the row that vv_rows_next returned last; UINT64_MAX: it returned
 * none yet. */
uint64_t vv_rows_number(const vv_rows *r);

/* Makes vv_rows_next continue with `row`, or, if it does not match, with the first matching row
 * after it. VV_EUSAGE: the table does not have the row, or the options do not select the group of
 * the row; with opts->within, also if the row is before opts->from. Returns an earlier failure of
 * the cursor again. */
vv_status vv_rows_seek(vv_rows *r, uint64_t row, vv_error *err);
/* Closes the cursor, and returns true. Accepts NULL. Returns false in a child process if the parent
 * process opened the cursor and started its thread: nothing is freed then, and the borrowed objects
 * must not be freed either. */
bool vv_rows_close(vv_rows *r);
VV_AUTO_FREE(vv_rows, vv_rows_close)

#endif
