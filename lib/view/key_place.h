/*
 * key_place: finds the rows of a table that have a key.
 */
#ifndef VV_LIB_VIEW_KEY_PLACE_H
#define VV_LIB_VIEW_KEY_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "check/rules/key_groups.h"
#include "dataset/table/table.h"

/* All rows with a key. Must be zeroed before; the caller frees rows and alike. */
typedef struct vv_key_rows {
	uint64_t *rows; /* ascending */
	size_t count, cap;
	/* if no row was found: the key of the first row that has the same value in a different
	 * spelling, such as 007 for 7; or NULL; owned */
	char *alike;
} vv_key_rows;

typedef struct vv_key_place {
	vv_table *table;
	const size_t *key;         /* places of the key's columns */
	size_t key_count;          /* number of columns; at least 1 */
	const char *text;          /* the key: values separated by commas (vv_key_words_put) */
	const vv_key_lookup *keys; /* cached hashes of keys; may be NULL */
	vv_key_rows *all; /* gets all rows, for which the whole table is read; NULL: find one row */
	bool quick;       /* read only a few row groups, and possibly miss a row */
	/* Called after each row group; may be NULL. Sets *over to end the search because of a time
	 * limit. If the function fails, the search fails with the same error. */
	vv_status (*over)(void *payload, bool *over, vv_error *err);
	void *payload;
} vv_key_place;

/* Finds the first row with the key. Reads a few row groups if hashes of keys are cached, or if the
 * table is sorted by the key's first column; otherwise all groups, unless p->quick is set. *found:
 * a row was found. *whole: all rows were examined, so that if *found is false, no row has the
 * key. */
vv_status vv_key_place_find(const vv_key_place *p, uint64_t *row, bool *found, bool *whole,
			    vv_error *err);

#endif
