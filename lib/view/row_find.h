/*
 * row_find: finds rows of a table by keys in the form of conflict records
 * (lib/merge/conflict_file.h).
 */
#ifndef VV_LIB_VIEW_ROW_FIND_H
#define VV_LIB_VIEW_ROW_FIND_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

typedef struct vv_cell vv_cell;
typedef struct vv_table vv_table;

/* Registers functions that lower layers call but cannot include: functions that edit row groups
 * (for the store), and functions that compare rows (to find renamed tables). Every program and
 * library calls this function before it opens a repository. Any thread may call it, also
 * repeatedly. */
void vv_row_work_register(void);

/* Returns the hash of a row's `count` cells. Overwrites *scratch; if out of memory, sets
 * scratch->failed. */
uint64_t vv_row_hash(vv_buf *scratch, const vv_cell *cells, size_t count);
/* Sets *out to the hashes of all rows of t, ascending, and *count to their number. The caller frees
 * *out. */
vv_status vv_row_hashes(vv_table *t, uint64_t **out, size_t *count, vv_error *err);

/* One value = one key to find, and its row. */
typedef struct vv_row_wanted {
	/* JSON array with the texts of the key's columns; borrowed; NULL: no row is found */
	const char *key;
	/* result: number of the first row with this key; UINT64_MAX: no such row */
	uint64_t row;
	char **above; /* for row_find.c */
} vv_row_wanted;

/* Finds the rows of t with the `count` keys in `wanted`, and sets `row` of each element. Reads the
 * columns of the key once. */
vv_status vv_rows_find(vv_table *t, vv_row_wanted *wanted, size_t count, vv_error *err);
/* Does the same for `from`, another version of t, and sets places[i] to the number of the row of t
 * before which the row belongs in t: after the nearest row above it that t has too; if there is
 * none, the first place for the first row, and the end for all others. */
vv_status vv_rows_find_places(uint64_t *places, vv_table *t, vv_table *from, vv_row_wanted *wanted,
			      size_t count, vv_error *err);

#endif
