/*
 * list_compare: compares two lists (dataset/format/list.h) without reading nodes that both have.
 *
 * A caller opens a reader of each list, calls vv_list_compare, and then vv_list_changes_clear.
 */
#ifndef VV_DIFF_ROWS_LIST_COMPARE_H
#define VV_DIFF_ROWS_LIST_COMPARE_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/format/list.h"

/* An item that only one list has. */
typedef struct vv_list_place {
	uint64_t index;  /* number of the item, from 0 */
	uint64_t before; /* sum of the weights of all items before this item */
	uint64_t weight; /* weight of the item */
} vv_list_place;

/* A share: items that both lists have. Items [old_index, old_index + items) of the old list equal
 * items [new_index, new_index + items) of the new list. */
typedef struct vv_list_share {
	uint64_t old_index, new_index, items;
} vv_list_share;

/* The result of a comparison. */
typedef struct vv_list_changes {
	vv_list_place *old_items, /* items that only the old list has; ascending */
		*new_items;       /* items that only the new list has; ascending */
	size_t old_count,         /* number of elements of old_items */
		new_count;        /* number of elements of new_items */
	vv_list_share *shares;    /* ascending by old_index */
	size_t share_count;
} vv_list_changes;

/* Compares list a (old) with list b (new), and initialises *out with the result. Each item of a is
 * in old_items or in shares, and each item of b in new_items or in shares. An item that occurs
 * several times is shared as often as it occurs in both lists. Changes the positions of the
 * readers, which stay open. VV_ECORRUPT, VV_EMISSING: a node of a list is damaged or missing. */
vv_status vv_list_compare(vv_list_changes *out, vv_list_reader *a, vv_list_reader *b,
			  vv_error *err);
/* Sets *out to all items of both lists, without searching for common items. */
vv_status vv_list_compare_none(vv_list_changes *out, vv_list_reader *a, vv_list_reader *b,
			       vv_error *err);
void vv_list_changes_clear(vv_list_changes *c); /* c may be zeroed */
VV_AUTO_CLEAR(vv_list_changes, vv_list_changes_clear)

#endif
