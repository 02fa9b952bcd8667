/*
 * changed_groups: finds the row groups that only one of two versions has.
 *
 * The two data lists are compared node by node from the root. Common nodes, recognised by CID, are
 * counted but never read. Common groups are reported, too, as segments of equal rows.
 */
#ifndef VV_DIFF_ROWS_CHANGED_GROUPS_H
#define VV_DIFF_ROWS_CHANGED_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/table/table.h"

typedef struct vv_changed_group {
	uint64_t index; /* number of the group */
	uint64_t row;   /* its first row */
	uint64_t rows;
} vv_changed_group;

/* Rows [old_row, old_row + rows) of the old version equal rows [new_row, new_row + rows) of the new
 * version. */
typedef struct vv_segment {
	uint64_t old_row, new_row, rows;
} vv_segment;

typedef struct vv_changed_groups {
	vv_changed_group *old_groups, *new_groups; /* ascending */
	size_t old_count, new_count;
	vv_segment *segments; /* ascending by old_row */
	size_t segment_count;
} vv_changed_groups;

/* Initialises *out with the groups that only a (old) or only b (new) has, and with the common
 * segments. */
vv_status vv_changed_groups_find(vv_changed_groups *out, vv_table *a, vv_table *b, vv_error *err);
/* Initialises *out with all groups of both versions, without searching for common ones: for columns
 * whose places differ, so that equal blocks do not mean equal rows. */
vv_status vv_changed_groups_all(vv_changed_groups *out, vv_table *a, vv_table *b, vv_error *err);
/* Sets *out to whether the table has a row group more than once. */
vv_status vv_table_repeats_groups(bool *out, const vv_table *t, vv_error *err);

void vv_changed_groups_clear(vv_changed_groups *r);
VV_AUTO_CLEAR(vv_changed_groups, vv_changed_groups_clear)

#endif
