/*
 * key_unique: checks that no two rows of a version have the same key. Used for keys that are not
 * proved unique, and to find a key for tables without one.
 */
#ifndef VV_DIFF_ROWS_KEY_UNIQUE_H
#define VV_DIFF_ROWS_KEY_UNIQUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"

typedef struct vv_table vv_table;

/* Sets *out to true if no two rows have the same key. key: indexes of the count columns of the key.
 * Reads these columns of all rows, and compares values by their types. If two different keys have
 * the same 64-bit hash, *out is false although the key is unique. temp_dir: the folder for
 * temporary files; NULL: /tmp. */
vv_status vv_key_unique(bool *out, vv_table *t, const size_t *key, size_t count,
			const char *temp_dir, vv_error *err);

/* Sets out[i] to true if no two rows have the same value in columns[i], for each of the count
 * columns. Like vv_key_unique for each of them alone, but reads the rows of a small version once
 * for up to 32 columns. */
vv_status vv_columns_unique(bool *out, vv_table *t, const size_t *columns, size_t count,
			    const char *temp_dir, vv_error *err);

/* Facts about the columns of a version, from its first rows. */
typedef struct vv_key_found {
	size_t column; /* the best column that could be the key alone; SIZE_MAX: no column */
	/* the column that identifies rows best for readers; its values may repeat a few times;
	 * SIZE_MAX: no column */
	size_t telling;
	bool *could;    /* one for each column: true if the column could be the key alone */
	size_t columns; /* number of columns */
	bool whole;     /* all rows of the version were examined */
} vv_key_found;

/* Initialises *out with facts about t. Examines only the first rows_max rows, or fewer if the
 * version has many columns; marks at most the 32 best columns in out->could. After a failure, *out is
 * all zeros. */
vv_status vv_key_find(vv_key_found *out, vv_table *t, size_t rows_max, vv_error *err);
void vv_key_found_clear(vv_key_found *f);
VV_AUTO_CLEAR(vv_key_found, vv_key_found_clear)

#endif
