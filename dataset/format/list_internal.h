/*
 * list_internal: the nodes of a list and their items, for the builder, the reader and the check of
 * lists.
 *
 * The items of a node of level 0 are the list's entries; an item of level n + 1 is a link to a node
 * of level n. The level is one less than the height in list.h.
 */
#ifndef VV_DATASET_FORMAT_LIST_INTERNAL_H
#define VV_DATASET_FORMAT_LIST_INTERNAL_H

#include "base/auto.h"
#include "dataset/format/list.h"

/* maximum number of levels; enough for any count, since a node has at least 16 items */
#define LIST_LEVELS 16u
#define LIST_NODE_BYTES (256u << 10)   /* a node ends when its items have this many bytes */
#define LIST_TOP_BYTES (64u << 10)     /* maximum number of bytes of items in the embedded top */
#define LIST_QUIRKS_BYTES (256u << 10) /* longer quirks are stored as a list of chunks */

/* Limits of the nodes of one kind and level. */
typedef struct list_limits {
	size_t least, most; /* the least and the greatest number of items of a node */
	uint64_t mask;      /* a node ends after an item whose hash has these bits all zero */
	size_t top;         /* the greatest number of items in the embedded top */
} list_limits;
/* Returns the limits for this kind and level. */
list_limits list_limits_of(vv_list_kind kind, unsigned level);

/* One item of a node. Pointers are borrowed from the node's bytes. */
typedef struct list_item {
	const uint8_t *bytes; /* the item's CBOR */
	size_t len;
	/* the block to which the item links; null at level 0 of layout, facts and places */
	vv_cid cid;
	uint64_t weight;      /* sum of the weights of the entries below; above 0 */
	uint64_t count;       /* number of level-0 items below; 1 at level 0 */
	const uint8_t *facts; /* list of facts only: the common facts of all level-0 items below */
	size_t facts_len;
} list_item;

/* Reads the item of this level at the cursor c into *out. VV_ECORRUPT: the item is not in canonical
 * form. */
vv_status list_item_read(list_item *out, vv_cbor *c, vv_list_kind kind, unsigned level,
			 vv_error *err);

/* A parsed node, or the embedded top. The items point into the node's bytes. */
typedef struct list_node {
	vv_list_kind kind;
	unsigned level;  /* the node's level */
	size_t count;    /* number of elements of items */
	list_item *item; /* owned; list_node_clear */
	uint64_t weight, /* sum of list_item.weight of the items */
		items;   /* sum of list_item.count of the items */
} list_node;

/* Parses the block of a node into *out, which the caller clears. VV_ECORRUPT: the block is not a
 * node. */
vv_status list_node_read(list_node *out, const void *bytes, size_t len, vv_error *err);
/* Parses the top of a list of this kind at the cursor c into *out, which the caller clears.
 * VV_ECORRUPT: the top is damaged. */
vv_status list_top_read(list_node *out, vv_list_kind kind, vv_cbor *c, vv_error *err);
void list_node_clear(list_node *n);
VV_AUTO_CLEAR(list_node, list_node_clear)

/* Returns true if a node ends after `last`, the last of its `count` items so far. items_len: bytes
 * of all these items. window: the bytes of the last four items (of all, if there are fewer), which
 * are hashed if items of this kind and level do not have a CID. */
bool list_cuts(vv_list_kind kind, unsigned level, const list_item *last, size_t count,
	       size_t items_len, const uint8_t *window, size_t window_len);

/* Returns the name of a kind of list in blocks, such as "data"; a constant. */
const char *list_kind_name(vv_list_kind kind);

/* The reader's current node of one level. */
typedef struct list_frame {
	vv_buf block;   /* the node's bytes */
	list_node node; /* the parsed node, which points into block */
	vv_cid cid;     /* the node's CID; null for the top */
	size_t next;    /* index of the next item to read */
	/* of the list's entries before the item `next`: */
	uint64_t index, /* their number */
		weight; /* the sum of their weights */
	/* of the list's entries before the node: */
	uint64_t first_index, /* their number */
		first_weight; /* the sum of their weights */
} list_frame;

struct vv_list_reader {
	vv_list_kind kind;
	vv_sink source;                /* reads nodes */
	unsigned top_level;            /* level of the items in the top */
	unsigned low;                  /* the lowest level with a valid frame */
	list_frame frame[LIST_LEVELS]; /* by level; the element for top_level is the embedded top */
};

/* Moves to the item of level `level` that contains position `at`, or to the end of the list.
 * by_index: `at` counts level-0 items, else weights. exact: does not read a node that begins
 * exactly at the position. */
vv_status list_reader_go(vv_list_reader *r, uint64_t at, bool by_index, unsigned level, bool exact,
			 vv_error *err);

#endif
