/*
 * key_unique: checks that no two rows of a version have the same key. Used for unproven keys, and
 * to find a key for tables without one.
 */
#ifndef VV_DIFF_ROWS_KEY_UNIQUE_H
#define VV_DIFF_ROWS_KEY_UNIQUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/table/table.h"

/* Sets *out to whether every row's key is unique. key: the places of the key's columns. Reads these
 * columns of the whole version, and compares values under their types. If two 64-bit hashes
 * collide, *out may be false for a unique key. */
vv_status vv_key_unique(bool *out, vv_table *t, const size_t *key, size_t count,
			const char *temp_dir, vv_error *err);

/* Facts about a version's columns from its first rows. */
typedef struct vv_key_found {
	size_t column; /* the best column that could be the key alone; SIZE_MAX: none */
	/* the column that identifies rows best, with few repeated values; SIZE_MAX: none */
	size_t telling;
	bool *could; /* for each column: could this column be the key alone? */
	size_t columns;
	bool whole; /* all rows of the version were examined */
} vv_key_found;

/* Initialises *out. Reads only the row groups of the first rows_max rows. */
vv_status vv_key_find(vv_key_found *out, vv_table *t, size_t rows_max, vv_error *err);
void vv_key_found_clear(vv_key_found *f);
VV_AUTO_CLEAR(vv_key_found, vv_key_found_clear)

#endif
