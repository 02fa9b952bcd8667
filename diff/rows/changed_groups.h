/*
 * changed_groups: finds the row groups that only one of two versions has.
 *
 * Compares the two data lists node by node from the top: common nodes (by CID, counted) are never
 * read. Common groups are also reported, as segments of equal rows.
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

/* rows [old_row, old_row + rows) of the old version are rows [new_row, ...) of the new. */
typedef struct vv_segment {
	uint64_t old_row, new_row, rows;
} vv_segment;

typedef struct vv_changed_groups {
	vv_changed_group *old_groups, *new_groups; /* ascending */
	size_t old_count, new_count;
	vv_segment *segments; /* ascending by old_row */
	size_t segment_count;
} vv_changed_groups;

vv_status vv_changed_groups_find(vv_changed_groups *out, vv_table *a, vv_table *b, vv_error *err);
/* Without searching common groups: all groups of both (columns correspond by other places, so that
 * equal blocks do not mean equal rows). */
vv_status vv_changed_groups_all(vv_changed_groups *out, vv_table *a, vv_table *b, vv_error *err);
/* *out: does a row group of the table come twice? */
vv_status vv_table_repeats_groups(bool *out, const vv_table *t, vv_error *err);

void vv_changed_groups_clear(vv_changed_groups *r);
VV_AUTO_CLEAR(vv_changed_groups, vv_changed_groups_clear)

#endif
