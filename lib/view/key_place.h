/*
 * key_place: finds the place of the row with a key.
 */
#ifndef VV_LIB_VIEW_KEY_PLACE_H
#define VV_LIB_VIEW_KEY_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "check/rules/key_groups.h"
#include "dataset/table/table.h"

/* All rows with a key. Zeroes before; rows are freed by the caller. */
typedef struct vv_key_rows {
	uint64_t *rows; /* ascending */
	size_t count, cap;
	char *alike; /* no row: the key of the first one that is the same value written otherwise, as 007 is 7; owned; or NULL */
} vv_key_rows;

typedef struct vv_key_place {
	vv_table *table;
	const size_t *key;         /* places of the key's columns */
	size_t key_count;          /* at least 1 */
	const char *text;          /* the key, its values parted by commas (vv_key_words_put) */
	const vv_key_lookup *keys; /* hashes of keys that checks keep; NULL: none */
	vv_key_rows *all;          /* the whole table is read for it; NULL: one row is enough */
	bool quick;                /* reads only a few row groups: may miss an existing row */
	/* Is the time over? Called after each row group; NULL: never. A failure ends the search
	 * with it. */
	vv_status (*over)(void *payload, bool *over, vv_error *err);
	void *payload;
} vv_key_place;

/* The first row found. Where hashes of keys are kept, or in a table that is sorted by the key's first
 * column, a few row groups are read; in others, unless quick, all. *found false: none; *whole: all rows were looked at, so that there is none. */
vv_status vv_key_place_find(const vv_key_place *p, uint64_t *row, bool *found, bool *whole,
			    vv_error *err);

#endif
