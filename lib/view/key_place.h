/*
 * key_place: finds the rows of a table that have a key.
 */
#ifndef VV_LIB_VIEW_KEY_PLACE_H
#define VV_LIB_VIEW_KEY_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef struct vv_key_lookup vv_key_lookup;
typedef struct vv_table vv_table;

/* One value = all rows with one key. It must be zeroed before use; the caller frees rows,
 * alike and near. */
typedef struct vv_key_rows {
	uint64_t *rows; /* numbers of the rows, ascending */
	size_t count, cap;
	/* if no row was found: the key of the first row that has the same value in a different
	 * spelling, such as 007 for 7; or NULL; owned */
	char *alike;
	/* if no row was found: the key of the first row whose key differs from it only in leading
	 * zeros, letter case or blanks, such as 00007 for 7; or NULL; owned */
	char *near;
} vv_key_rows;

/* One value = the options of one search. All pointers are borrowed. */
typedef struct vv_key_place {
	vv_table *table;
	const size_t *key;         /* indices of the key's columns */
	size_t key_count;          /* number of columns; at least 1 */
	const char *text;          /* the key: values separated by commas (vv_key_words_put) */
	const vv_key_lookup *keys; /* cached hashes of keys; may be NULL */
	/* receives all rows with the key; the whole table is then read. NULL: find one row */
	vv_key_rows *all;
	bool quick; /* read only a few row groups, and possibly miss a row */
	/* called after each row group until a row is found; may be NULL. Sets *over to true to end
	 * the search because of a time limit. If the function fails, the search fails with the same
	 * error. */
	vv_status (*over)(void *payload, bool *over, vv_error *err);
	void *payload;
} vv_key_place;

/* Sets *row to the number of the first row with the key p->text, and *found to true; sets *found to
 * false if no row was found. Reads a few row groups if hashes of keys are cached, or if the table
 * is sorted by the key's first column; otherwise reads all groups, unless p->quick is set. If
 * *found is false and *whole is true, the table has no row with this key; if both are false, it may
 * have one. */
vv_status vv_key_place_find(const vv_key_place *p, uint64_t *row, bool *found, bool *whole,
			    vv_error *err);

/* Returns the value of `text`, "NAME=VALUE" with the name of the only column of a key; NULL if it has
 * another form. Borrowed from text. */
const char *vv_key_place_value(const char *name, const char *text);
/* Returns the key of a row of `table` that is similar to `text`, which is not the key of any row: it
 * is `alike` or `near` of vv_key_rows. The caller frees it. Returns NULL if no key is similar, or
 * after a failure. Reads the whole table. */
char *vv_key_place_meant(vv_table *table, const size_t *key, size_t key_count, const char *text);

#endif
