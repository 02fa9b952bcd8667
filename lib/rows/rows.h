/*
 * rows: a cursor over rows of a table: chosen columns, a range of rows, matches of a filter.
 *
 * Reads only the groups and columns that it needs: the tested columns of groups that can have such a row
 * (fact_test.h), and the others only if a row of the group matches. With many groups a thread reads ahead.
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

/* Borrows the table and everything in the options except columns. */
vv_status vv_rows_open(vv_rows **out, vv_table *t, const vv_rows_options *opts, vv_error *err);

/* The next row: cells at the places of all the table's columns, valid until the next call. 1, 0, <0; after a failure the
 * same again. */
int vv_rows_next(vv_rows *r, const vv_cell **cells, vv_error *err);

/* The matching rows of a group: places in the batch, which has been read by vv_table_read_rows (columns: vv_batch_run). */
typedef struct vv_rows_group {
	vv_batch *batch;
	const uint32_t *rows;
	size_t count; /* above 0 */
} vv_rows_group;
/* The next group that has such a row, valid until the next call. 1, 0, <0; after a failure the same again. */
int vv_rows_next_group(vv_rows *r, vv_rows_group *out, vv_error *err);

/* Sets from and to for share number `part`, from 0, of `parts`. VV_EUSAGE: no such share. */
vv_status vv_rows_share(vv_rows_options *o, uint64_t rows, uint32_t part, uint32_t parts,
			vv_error *err);

/* Are they all rows of the table from one on? */
bool vv_rows_are_all(const vv_rows *r, uint64_t *from);
const vv_progress *vv_rows_progress(const vv_rows *r); /* NULL */

uint64_t vv_rows_number(const vv_rows *r); /* of the last row of next */

/* next continues with this row, or the first match after it. VV_EUSAGE: its group is not one of those wanted. */
vv_status vv_rows_seek(vv_rows *r, uint64_t row, vv_error *err);
/* Accepts NULL. False in a child of fork if a thread was reading ahead: then it does nothing, and the borrowed objects must
 * not be freed. */
bool vv_rows_close(vv_rows *r);
VV_AUTO_FREE(vv_rows, vv_rows_close)

#endif
