/*
 * changed_groups: finds the row groups that only one of two versions has.
 *
 * The lists of row groups of both versions are compared node by node, from the top on. Nodes that
 * both lists have are recognised by CID, and are not read. The result also has the rows of the
 * groups that both versions have, as segments.
 */
#ifndef VV_DIFF_ROWS_CHANGED_GROUPS_H
#define VV_DIFF_ROWS_CHANGED_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "diff/rows/list_compare.h"

typedef struct vv_table vv_table;

/* Rows [old_row, old_row + rows) of the old version equal rows [new_row, new_row + rows) of the new
 * version, if the columns have the same indexes in both. */
typedef struct vv_segment {
	uint64_t old_row, new_row, rows;
} vv_segment;

/* The result of a comparison: the groups that only the old version has, those that only the new
 * version has, and the rows of all other groups. */
typedef struct vv_changed_groups {
	vv_changed_group *old_groups, /* groups that only the old version has; ascending */
		*new_groups;          /* groups that only the new version has; ascending */
	size_t old_count,             /* number of elements of old_groups */
		new_count;            /* number of elements of new_groups */
	vv_segment *segments;         /* ascending by old_row */
	size_t segment_count;
} vv_changed_groups;

/* Compares the groups of a (old) and b (new), and initialises *out with the result. After a
 * failure, *out is empty. */
vv_status vv_changed_groups_find(vv_changed_groups *out, vv_table *a, vv_table *b, vv_error *err);
/* Initialises *out with all groups of both versions, without searching for common ones. For
 * versions whose columns have different indexes, so that equal blocks do not mean equal rows. After
 * a failure, *out is empty. */
vv_status vv_changed_groups_all(vv_changed_groups *out, vv_table *a, vv_table *b, vv_error *err);
/* Sets *out to true if the table has a row group more than once, else to false. */
vv_status vv_table_repeats_groups(bool *out, const vv_table *t, vv_error *err);

void vv_changed_groups_clear(vv_changed_groups *r);
VV_AUTO_CLEAR(vv_changed_groups, vv_changed_groups_clear)

#endif
