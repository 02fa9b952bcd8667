/*
 * row_find: finds rows of a table by keys that are written as in conflicts.
 */
#ifndef VV_LIB_VIEW_ROW_FIND_H
#define VV_LIB_VIEW_ROW_FIND_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "dataset/table/table.h"

/* Registers functions on rows that lower layers call but must not include: editing row groups (for
 * the store) and comparing rows (to find renamed tables). Every program and library calls this
 * before it opens a repository. Any thread may call it, also repeatedly. */
void vv_row_work_register(void);

/* Returns the hash of a row's cells. Overwrites scratch; if memory runs out, scratch->failed is
 * set. */
uint64_t vv_row_hash(vv_buf *scratch, const vv_cell *cells, size_t count);
/* Sets *out to the hashes of all rows, ascending, owned by the caller. */
vv_status vv_row_hashes(vv_table *t, uint64_t **out, size_t *count, vv_error *err);

/* A key to search for. */
typedef struct vv_row_wanted {
	/* JSON array with the texts of the key's columns; borrowed; NULL: no row is found */
	const char *key;
	uint64_t row; /* the first row with this key; UINT64_MAX: no such row */
	/* keys of the rows directly above the row, nearest first, at most as many as the argument
	 * `above` of vv_rows_find; the last element is NULL; owned (vv_rows_wanted_clear) */
	char **above;
} vv_row_wanted;

/* Finds the rows with the wanted keys; reads the columns of the key once. above: maximum number of
 * keys to set in the `above` of each element. */
vv_status vv_rows_find(vv_table *t, vv_row_wanted *wanted, size_t count, size_t above,
		       vv_error *err);
void vv_rows_wanted_clear(vv_row_wanted *wanted, size_t count); /* does not free the array itself */

#endif
