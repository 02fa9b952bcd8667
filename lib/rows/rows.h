/*
 * rows: a cursor over rows of a table: chosen columns, a range of rows, matches of a filter.
 *
 * Reads only the groups and columns that it needs: the tested columns of groups that can have a
 * matching row (fact_test.h), and the others only if a row of the group matches. If there are many
 * groups, a thread reads ahead.
 *
 * A correct caller: vv_rows_open; vv_rows_next until 0; vv_rows_close.
 */
#ifndef VV_LIB_ROWS_ROWS_H
#define VV_LIB_ROWS_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/rows/found_rows.h"

typedef struct vv_rows vv_rows;

/* Opens a cursor. Borrows the table and everything in opts except opts->columns. */
vv_status vv_rows_open(vv_rows **out, vv_table *t, const vv_rows_options *opts, vv_error *err);

/* Reads the next row. cells has an entry for each column of the table, valid until the next
 * call. 1: a row; 0: the end; <0: failure, which further calls return again. */
int vv_rows_next(vv_rows *r, const vv_cell **cells, vv_error *err);

/* The matching rows of a group: places in the batch, which has been read by vv_table_read_rows (columns: vv_batch_run). */
typedef struct vv_rows_group {
	vv_batch *batch;
	const uint32_t *rows;
	size_t count; /* above 0 */
} vv_rows_group;
/* Reads the next group with a matching row, valid until the next call. 1, 0, <0 as vv_rows_next. */
int vv_rows_next_group(vv_rows *r, vv_rows_group *out, vv_error *err);

/* Sets from and to for share number `part`, from 0, of `parts`. VV_EUSAGE: no such share. */
vv_status vv_rows_share(vv_rows_options *o, uint64_t rows, uint32_t part, uint32_t parts,
			vv_error *err);

/* Does the cursor return all rows of the table from row *from on? */
bool vv_rows_are_all(const vv_rows *r, uint64_t *from);
const vv_progress *vv_rows_progress(const vv_rows *r); /* may return NULL */

/* the number of the row that vv_rows_next returned last */
uint64_t vv_rows_number(const vv_rows *r);

/* Makes vv_rows_next continue with this row, or the first match after it. VV_EUSAGE: the row's
 * group is not among the wanted groups. */
vv_status vv_rows_seek(vv_rows *r, uint64_t row, vv_error *err);
/* Closes the cursor; accepts NULL. False: r was opened by a parent process, and a thread was
 * reading ahead there: nothing is freed, and the borrowed objects must not be freed either. */
bool vv_rows_close(vv_rows *r);
VV_AUTO_FREE(vv_rows, vv_rows_close)

#endif
