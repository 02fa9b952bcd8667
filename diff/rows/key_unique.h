/*
 * key_unique: checks that a version has every key once, for unproven keys and for tables without
 * one.
 */
#ifndef VV_DIFF_ROWS_KEY_UNIQUE_H
#define VV_DIFF_ROWS_KEY_UNIQUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/table/table.h"

/* Reads the key's columns (places) of the whole version. Values are compared under
 * their types. *out may be false, though the key is unique, when two hashes of 64 bits meet. */
vv_status vv_key_unique(bool *out, vv_table *t, const size_t *key, size_t count,
			const char *temp_dir, vv_error *err);

/* Facts about a version's columns from its first rows. */
typedef struct vv_key_found {
	size_t column;  /* the best one that could be the key by itself; SIZE_MAX: none */
	size_t telling; /* the one that identifies rows best, with few repeated values; SIZE_MAX:
			 * none */
	bool *could;    /* for each column: could it be the key by itself? */
	size_t columns;
	bool whole; /* the examined rows are all rows */
} vv_key_found;

/* Reads no more than the row groups of the first rows_max rows. */
vv_status vv_key_find(vv_key_found *out, vv_table *t, size_t rows_max, vv_error *err);
void vv_key_found_clear(vv_key_found *f);
VV_AUTO_CLEAR(vv_key_found, vv_key_found_clear)

#endif
