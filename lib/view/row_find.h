/*
 * row_find: rows of a table by their keys, as conflicts write them.
 */
#ifndef VV_LIB_VIEW_ROW_FIND_H
#define VV_LIB_VIEW_ROW_FIND_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "dataset/table/table.h"

/* row_work: registers functions on rows for lower rooms, which are independent of rows: edits of row groups for the
 * store, and the rows by which renamed tables are found.
 *
 * Every program and library calls vv_row_work_register before it opens a repository; any thread may call it,
 * repeatedly.
 */

void vv_row_work_register(void);

uint64_t vv_row_hash(vv_buf *scratch, const vv_cell *cells, size_t count);
/* The hashes of all rows, ascending; *out is owned by the caller. */
vv_status vv_row_hashes(vv_table *t, uint64_t **out, size_t *count, vv_error *err);

/* One key that is looked for. */
typedef struct vv_row_wanted {
	const char *key; /* borrowed; NULL: never found */
	uint64_t row;    /* the first row with this key; UINT64_MAX: no such row */
	char **above;    /* wanted with vv_rows_find's above: keys of the rows right above it,
	                  * nearest first; NULL-ended, owned (vv_rows_wanted_clear) */
} vv_row_wanted;

/* Reads the key columns once. above: how many keys to keep of the rows above each. */
vv_status vv_rows_find(vv_table *t, vv_row_wanted *wanted, size_t count, size_t above,
		       vv_error *err);
void vv_rows_wanted_clear(vv_row_wanted *wanted, size_t count); /* not the array itself */

#endif
