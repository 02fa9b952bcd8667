/*
 * wanted_rows: rows that changes of a patch may mean, found by hash, the nearest first.
 *
 * First every hash that is asked for, then the rows that have one of these.
 */
#ifndef VV_DIFF_MERGE_WANTED_ROWS_H
#define VV_DIFF_MERGE_WANTED_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/hash_index.h"

typedef struct wanted_row {
	uint64_t row;
	size_t next; /* + 1; 0: the last */
	bool used;
} wanted_row;
typedef struct wanted_id {
	vv_hash128 hash;
	size_t first, last; /* of its rows, + 1; 0: none */
} wanted_id;
typedef struct wanted_rows {
	vv_hash_index by_hash; /* places in list */
	wanted_id *list;
	size_t count, cap;
	wanted_row *rows;
	size_t row_count, row_cap;
} wanted_rows;

vv_status wanted_rows_want(wanted_rows *ids, vv_hash128 hash, vv_error *err);

/* NULL: no change of the patch asks for it. */
wanted_id *wanted_rows_find(const wanted_rows *ids, vv_hash128 hash);
vv_status wanted_rows_add(wanted_rows *ids, wanted_id *id, uint64_t row, vv_error *err);

/* The row of the hash that is nearest to `place`, an unused one if wanted; NULL: none. */
wanted_row *wanted_rows_nearest(const wanted_rows *ids, vv_hash128 hash, uint64_t place,
				bool unused);
void wanted_rows_clear(wanted_rows *ids);

#endif
