/*
 * key_groups: finds the row groups that have the rows with a key, by the hashes of keys that checks cache.
 *
 * A key is a key that checks verify: the table's primary key, or columns that are unique by its
 * schema. The hashes of each row group are cached by the group's content, verified by a checksum
 * when they are read, and computed from the group if missing. So no row is missed in any state of
 * the cache. The caller must read and compare the rows.
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
	size_t column;    /* its place in the table */
	const char *text; /* text as in a cell; borrowed */
	size_t len;
} vv_key_value;

typedef struct vv_key_lookup {
	vv_check_cache *cache; /* the cache of checks */
	const char *path;      /* the table's path for checks, or NULL */
	/* true: read all row groups whose hashes are missing, and keep their hashes; false: read only a few of them */
	bool make;
	const char *temp_dir; /* NULL: /tmp */
	vv_pool *pool;        /* or NULL */
	const vv_progress *progress;
} vv_key_lookup;

typedef struct vv_key_groups {
	uint64_t *groups; /* numbers of row groups, ascending */
	size_t count;
} vv_key_groups;
void vv_key_groups_clear(vv_key_groups *g); /* accepts zeroes */
VV_AUTO_CLEAR(vv_key_groups, vv_key_groups_clear)

/* Finds all row groups that have a row with these values under their columns' types (007 is 7), and
 * perhaps others. Returns 1; 0: unknown, and as expensive as reading all groups; negative on
 * failure. The caller clears *out in any case. */
int vv_key_groups_find(vv_key_groups *out, vv_table *t, const vv_key_value *values, size_t count,
		       const vv_key_lookup *o, vv_error *err);

#endif
