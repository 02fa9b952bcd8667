/*
 * list_compare: compares two lists of row groups (dataset/format/list.h) without reading nodes that both have.
 *
 * A caller opens a reader of each list, calls vv_list_compare, and then vv_list_changes_clear.
 */
#ifndef VV_DIFF_ROWS_LIST_COMPARE_H
#define VV_DIFF_ROWS_LIST_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/format/list.h"

/* A row group that only one version has. */
typedef struct vv_changed_group {
	uint64_t index; /* number of the group, from 0 */
	uint64_t row;   /* number of its first row, from 0 */
	uint64_t rows;  /* number of its rows */
} vv_changed_group;

/* A share: groups that both versions have. Groups [old_index, old_index + items) of the old version
 * equal groups [new_index, new_index + items) of the new version. */
typedef struct vv_list_share {
	uint64_t old_index, new_index, items;
	uint64_t old_row, new_row, /* the first row in either version */
		rows;              /* number of rows */
} vv_list_share;

/* The result of a comparison. */
typedef struct vv_list_changes {
	vv_changed_group *old_items, /* groups that only the old list has; ascending */
		*new_items;          /* groups that only the new list has; ascending */
	size_t old_count,            /* number of elements of old_items */
		new_count;           /* number of elements of new_items */
	vv_list_share *shares;       /* ascending by old_index */
	size_t share_count;
} vv_list_changes;

/* Compares list a (old) with list b (new), and initialises *out with the result. Each group of a is
 * in old_items or in shares, and each group of b in new_items or in shares. A group that occurs
 * several times is shared as often as it occurs in both lists. share: false: common groups are not
 * searched, and nothing is shared. Changes the positions of the readers, which stay open.
 * VV_ECORRUPT, VV_EMISSING: a node of a list is damaged or missing. */
vv_status vv_list_compare(vv_list_changes *out, vv_list_reader *a, vv_list_reader *b, bool share,
			  vv_error *err);
void vv_list_changes_clear(vv_list_changes *c); /* c may be zeroed */
VV_AUTO_CLEAR(vv_list_changes, vv_list_changes_clear)

#endif
