/*
 * key: finds columns by which rows of two versions can be matched, if no key is declared.
 */
#ifndef VV_LIB_VIEW_KEY_H
#define VV_LIB_VIEW_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"

typedef struct vv_columns vv_columns;
typedef struct vv_table vv_table;

#define VV_DIFF_KEYS_MAX 4u /* maximum number of candidates */

/* The candidates for the key of a comparison, best first. */
typedef struct vv_diff_keys {
	/* names of columns, borrowed from the schemas, each list followed by NULL */
	const char **lists[VV_DIFF_KEYS_MAX];
	size_t count;
	/* the candidates were guessed, and few of their values are in both tables, as if a column of the key
	 * was rewritten: compare without a key, too */
	bool rewritten;
} vv_diff_keys;

/* Adds to k the key of the table `from` if the table `other` also has the columns of the key. This
 * function and the next one add nothing if k already has VV_DIFF_KEYS_MAX candidates. */
vv_status vv_diff_keys_add(vv_diff_keys *k, const vv_table *from, const vv_table *other,
			   vv_error *err);

/* Adds to k a key of tables whose columns were renamed: the key of b if `new` is true, else the key
 * of a with the names that its columns have in b. Adds nothing if a column of the key has no pair.
 * columns: the pairs of columns of a and b. */
vv_status vv_diff_keys_add_renamed(vv_diff_keys *k, const vv_table *a, const vv_table *b, bool new,
				   const vv_columns *columns, vv_error *err);

/* Adds to k keys of columns that both tables have and whose values are unique in the first rows of
 * each table. If there are none, adds the column whose values are most nearly unique (at least 97
 * percent) and common to both tables; if there is none, too, keys of several columns of which one may have been
 * rewritten, and sets k->rewritten. columns: the pairs of columns of a and b; NULL: columns with
 * the same name are pairs. */
vv_status vv_diff_keys_guess(vv_diff_keys *k, vv_table *a, vv_table *b, const vv_columns *columns,
			     vv_error *err);
void vv_diff_keys_clear(vv_diff_keys *k);
VV_AUTO_CLEAR(vv_diff_keys, vv_diff_keys_clear)

#endif
