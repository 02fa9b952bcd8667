/*
 * key_groups: finds the row groups that have the rows with a key, by the hashes of keys that checks cache.
 *
 * A key is one that checks prove: the table's primary key, or columns that are unique by its schema. The
 * result is derived: the hashes of each row group are cached by the group's content, verified by a checksum
 * when they are read, and computed from the group if missing. So no row is missed, in any state of the cache;
 * the caller reads and compares the rows themselves.
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

/* A value that a row has. */
typedef struct vv_key_value {
	size_t column;    /* its place in the table */
	const char *text; /* as a cell may have it; borrowed */
	size_t len;
} vv_key_value;

typedef struct vv_key_lookup {
	vv_check_cache *cache; /* what checks keep */
	const char *path;      /* the table's path for checks, or NULL */
	/* true: read all row groups whose hashes are missing, and keep their hashes; false: read only a few of them */
	bool make;
	const char *temp_dir; /* NULL: /tmp */
	vv_pool *pool;        /* or NULL */
	const vv_progress *progress;
} vv_key_lookup;

typedef struct vv_key_groups {
	uint64_t *groups; /* numbers, ascending */
	size_t count;
} vv_key_groups;
void vv_key_groups_clear(vv_key_groups *g); /* accepts zeroes */
VV_AUTO_CLEAR(vv_key_groups, vv_key_groups_clear)

/* All row groups that have a row with these values under their columns' types (007 is 7), and perhaps others. 1; 0: that is not
 * known, and cannot be known at less cost than by reading all groups; <0. *out is the caller's to clear
 * in any case. */
int vv_key_groups_find(vv_key_groups *out, vv_table *t, const vv_key_value *values, size_t count,
		       const vv_key_lookup *o, vv_error *err);

#endif
