/*
 * key_groups: finds the row groups that may contain a given key, with the hashes of keys that checks
 * cache.
 *
 * The key must be the table's primary key, or columns that are unique according to the schema, because
 * checks cache hashes only for such keys. Hashes that are missing or damaged are computed from the
 * group, so no row is missed. Different keys can have the same hash: the caller must read and compare
 * the rows.
 */
#ifndef VV_CHECK_RULES_KEY_GROUPS_H
#define VV_CHECK_RULES_KEY_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/thread.h"
#include "check/kept/cache.h"

typedef struct vv_table vv_table;

/* The value of the key in one column. */
typedef struct vv_key_value {
	size_t column;    /* index of the column in the table */
	const char *text; /* the value as in a cell; borrowed */
	size_t len;
} vv_key_value;

/* The options of vv_key_groups_find. */
typedef struct vv_key_lookup {
	vv_check_cache *cache; /* the cache of checks; NULL: no groups can be found */
	const char *path;      /* the table's path in the cache; may be NULL */
	/* true: read all row groups whose hashes are missing, and cache their hashes; false: read
	 * only a few such groups */
	bool make;
	const char *temp_dir; /* NULL: /tmp */
	vv_pool *pool;        /* may be NULL */
	const vv_progress *progress;
} vv_key_lookup;

/* The groups that were found. */
typedef struct vv_key_groups {
	uint64_t *groups; /* numbers of row groups, from 0, ascending */
	size_t count;
} vv_key_groups;
void vv_key_groups_clear(vv_key_groups *g); /* accepts zeroes */
VV_AUTO_CLEAR(vv_key_groups, vv_key_groups_clear)

/* Sets *out to all row groups of t that have a row with these `count` values, and perhaps a few other
 * groups. Values are compared as values of the columns' types (007 equals 7). Returns 1 on success, or
 * a negative status. Returns 0 if the caller must read all groups: the values do not include a whole
 * key of at most 16 columns (3 in JSON), one of them is a missing value, t has no rows, or so few
 * hashes are cached that finding the groups would cost as much as reading all of them. The caller
 * always clears *out. */
int vv_key_groups_find(vv_key_groups *out, vv_table *t, const vv_key_value *values, size_t count,
		       const vv_key_lookup *o, vv_error *err);

#endif
