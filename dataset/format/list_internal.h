/*
 * list_internal: nodes and items, as builder, reader and check see them.
 */
#ifndef VV_DATASET_FORMAT_LIST_INTERNAL_H
#define VV_DATASET_FORMAT_LIST_INTERNAL_H

#include "base/auto.h"
#include "dataset/format/list.h"

#define LIST_LEVELS 16u                /* 16 items a node at least: enough for any count */
#define LIST_NODE_BYTES (256u << 10)   /* items that force a cut */
#define LIST_TOP_BYTES (64u << 10)     /* items that may be embedded */
#define LIST_QUIRKS_BYTES (256u << 10) /* longer ones are a chunk list */

/* How many items a node of this kind and level has. */
typedef struct list_limits {
	size_t least, most; /* items of a node */
	uint64_t mask;      /* hash bits that are zero where a node ends */
	size_t top;         /* items that are embedded at most */
} list_limits;
list_limits list_limits_of(vv_list_kind kind, unsigned level);

/* One item of a node. */
typedef struct list_item {
	const uint8_t *bytes;
	size_t len;
	vv_cid cid;           /* null at level 0 of layout, facts and places */
	uint64_t weight;      /* above 0 */
	uint64_t count;       /* level-0 items below; 1 at level 0 */
	const uint8_t *facts; /* of a list of facts: the facts of everything below */
	size_t facts_len;
} list_item;

/* Reads one item of a level. Strict. */
vv_status list_item_read(list_item *out, vv_cbor *c, vv_list_kind kind, unsigned level,
			 vv_error *err);

/* A parsed node, or the embedded top. The items borrow from the bytes. */
typedef struct list_node {
	vv_list_kind kind;
	unsigned level;
	size_t count;
	list_item *item;        /* owned; list_node_clear */
	uint64_t weight, items; /* sums */
} list_node;

vv_status list_node_read(list_node *out, const void *bytes, size_t len, vv_error *err);
vv_status list_top_read(list_node *out, vv_list_kind kind, vv_cbor *c, vv_error *err);
void list_node_clear(list_node *n);
VV_AUTO_CLEAR(list_node, list_node_clear)

/* Does a node end after its last of `count` items? items_len: bytes of all of them. */
bool list_cuts(vv_list_kind kind, unsigned level, const list_item *last, size_t count,
	       size_t items_len, const uint8_t *window, size_t window_len);

const char *list_kind_name(vv_list_kind kind);

/* A node on the reader's way down; frame[top_level] is the embedded top. */
typedef struct list_frame {
	vv_buf block;
	list_node node;
	vv_cid cid;                         /* null for the top */
	size_t next;                        /* the item that comes next */
	uint64_t index, weight;             /* sums over the whole list before that item */
	uint64_t first_index, first_weight; /* before the node */
} list_frame;

struct vv_list_reader {
	vv_list_kind kind;
	vv_sink source;
	unsigned top_level;
	unsigned low; /* lowest loaded level; frames below are stale */
	list_frame frame[LIST_LEVELS];
};

/* Moves to the level-`level` item with position `at` (of the weights, or of the item numbers), or
 * to the end of the list. With exact, nodes that begin at the position are left unread. */
vv_status list_reader_go(vv_list_reader *r, uint64_t at, bool by_index, unsigned level, bool exact,
			 vv_error *err);

#endif
