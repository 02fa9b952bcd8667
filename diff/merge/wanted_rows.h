/*
 * wanted_rows: finds the rows of the target to which changes of a patch refer, by the hash of their
 * cells. Of several rows with the same hash, the one nearest to the expected position is chosen. A
 * zeroed wanted_rows is empty.
 *
 * A caller calls wanted_rows_want for each hash in the patch, then wanted_rows_add for each row of
 * the target that has one of these hashes, then wanted_rows_nearest for each change.
 */
#ifndef VV_DIFF_MERGE_WANTED_ROWS_H
#define VV_DIFF_MERGE_WANTED_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/hash_index.h"

/* A row with a wanted hash. */
typedef struct wanted_row {
	uint64_t row; /* the row's number in the target */
	/* 1 + index in wanted_rows.rows of the next row with this hash; 0: no further row */
	size_t next;
	bool used; /* a change already refers to the row */
} wanted_row;
/* A wanted hash. */
typedef struct wanted_id {
	vv_hash128 hash;
	/* 1 + an index in wanted_rows.rows; 0: no row has the hash */
	size_t first, /* of the first row with this hash */
		last; /* of the last row with this hash */
} wanted_id;
/* All wanted hashes and their rows. */
typedef struct wanted_rows {
	vv_hash_index by_hash; /* maps a hash to its index in list */
	wanted_id *list;       /* the hashes */
	size_t count,          /* number of elements of list */
		cap;           /* capacity of list */
	wanted_row *rows;      /* the rows */
	size_t row_count,      /* number of elements of rows */
		row_cap;       /* capacity of rows */
} wanted_rows;

/* Adds a hash that a change of the patch needs. */
vv_status wanted_rows_want(wanted_rows *ids, vv_hash128 hash, vv_error *err);

/* Returns the entry of a hash, borrowed until a hash is added. NULL: no change of the patch needs
 * the hash. */
wanted_id *wanted_rows_find(const wanted_rows *ids, vv_hash128 hash);
/* Adds the row with this number to the rows that have the hash of `id`. */
vv_status wanted_rows_add(wanted_rows *ids, wanted_id *id, uint64_t row, vv_error *err);

/* Returns the row with this hash whose number is nearest to `place`, borrowed until a row is added;
 * of two equally near rows, the one that was added later. unused: considers only rows whose member
 * `used` is false. NULL: no such row. */
wanted_row *wanted_rows_nearest(const wanted_rows *ids, vv_hash128 hash, uint64_t place,
				bool unused);
void wanted_rows_clear(wanted_rows *ids);

#endif
