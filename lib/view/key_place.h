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
	/* if no row was found: the key of the first row with the same value in another spelling (007 and 7); owned; or NULL */
	char *alike;
} vv_key_rows;

typedef struct vv_key_place {
	vv_table *table;
	const size_t *key;         /* places of the key's columns */
	size_t key_count;          /* at least 1 */
	const char *text;          /* the key, its values parted by commas (vv_key_words_put) */
	const vv_key_lookup *keys; /* hashes of keys that checks keep, or NULL */
	vv_key_rows *all;          /* the whole table is read for it; NULL: one row is enough */
	bool quick;                /* reads only a few row groups: may miss an existing row */
	/* Was the time limit reached? Called after each row group; may be NULL. If the function fails, the search ends
	 * with its error. */
	vv_status (*over)(void *payload, bool *over, vv_error *err);
	void *payload;
} vv_key_place;

/* Finds the first row with the key. If hashes of keys are kept, or the table is sorted by the key's first column, a few row
 * groups are read; else, unless quick, all. *found false: no row was found; *whole: all rows were examined, so no such row
 * exists. */
vv_status vv_key_place_find(const vv_key_place *p, uint64_t *row, bool *found, bool *whole,
			    vv_error *err);

#endif
