/*
 * key_groups: finds the row groups with a given key, using the hashes of keys that checks cache.
 *
 * A key is the table's primary key, or columns that are unique according to the schema; checks
 * verify such keys. The hashes of a row group are cached by the group's content, with a checksum.
 * Hashes that are missing or damaged are computed from the group, so no row is missed. Different
 * keys can have the same hash: the caller must read and compare the rows.
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
#include "dataset/table/table.h"

/* A value of a row. */
typedef struct vv_key_value {
	size_t column;    /* position of the column in the table */
	const char *text; /* text as in a cell; borrowed */
	size_t len;
} vv_key_value;

typedef struct vv_key_lookup {
	vv_check_cache *cache; /* the cache of checks */
	const char *path;      /* the table's path in the cache; may be NULL */
	/* true: read all row groups whose hashes are missing, and cache their hashes; false: read
	 * only a few such groups */
	bool make;
	const char *temp_dir; /* NULL: /tmp */
	vv_pool *pool;        /* may be NULL */
	const vv_progress *progress;
} vv_key_lookup;

typedef struct vv_key_groups {
	uint64_t *groups; /* numbers of row groups, ascending */
	size_t count;
} vv_key_groups;
void vv_key_groups_clear(vv_key_groups *g); /* accepts zeroes */
VV_AUTO_CLEAR(vv_key_groups, vv_key_groups_clear)

/* Finds all row groups that have a row with these values, compared as values of the columns' types
 * (007 equals 7); a few other groups may be among the results. Returns 1 on success. Returns 0 if
 * the groups are not known, and finding them would cost as much as reading all groups. Returns a
 * negative status on failure. In any case, the caller clears *out. */
int vv_key_groups_find(vv_key_groups *out, vv_table *t, const vv_key_value *values, size_t count,
		       const vv_key_lookup *o, vv_error *err);

#endif
