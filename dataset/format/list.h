/*
 * list: a long sequence of entries as a tree of nodes, cut by content.
 *
 * It is used for five lists: data (row groups), layout (form of each group), facts (of each group:
 * facts.h), places (of rows: places.h) and chunks (bytes of a file, of a long cell, of long
 * quirks). The topmost items are embedded in the list's owner. Format: docs/formats/store.md,
 * "list".
 */
#ifndef VV_DATASET_FORMAT_LIST_H
#define VV_DATASET_FORMAT_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/store.h"

typedef enum vv_list_kind {
	VV_LIST_DATA,
	VV_LIST_LAYOUT,
	VV_LIST_CHUNKS,
	VV_LIST_FACTS,
	VV_LIST_PLACES
} vv_list_kind;
#define VV_LIST_KINDS 5

/* A finished list as its holder embeds it: {"items": [...], "level": n} in CBOR. */
typedef struct vv_list {
	vv_buf top; /* that CBOR value */
} vv_list;

/* Where blocks come from and go to, so that lists can be made dry (status). */
typedef struct vv_sink {
	/* cid is the CID of the bytes; base may be NULL. NULL put: hash only. */
	vv_status (*put)(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			 const vv_cid *base, vv_error *err);
	vv_status (*get)(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err);
	/* As vv_store_get_parted. NULL: blocks come as a whole. */
	vv_status (*get_parted)(void *payload, const vv_cid *cid, vv_parted *out, vv_error *err);
	/* Is it stored already? Thread-safe. NULL: put checks it. */
	bool (*has)(void *payload, const vv_cid *cid);
	void *payload;
	bool passing; /* blocks are dropped with the command: do not record them as stored */
	/* Blocks whose bytes were found to have their hash a moment ago; NULL: none. Borrowed. */
	const vv_cid_set *hashed;
} vv_sink;
void vv_sink_writer(vv_sink *out, vv_writer *w); /* put and get of a writer */
void vv_sink_dry(vv_sink *out, vv_store *s);     /* no put; the others of a store */
/* The block, in parts where the sink can. */
vv_status vv_sink_get_parted(const vv_sink *s, const vv_cid *cid, vv_parted *out, vv_error *err);

typedef struct vv_list_builder vv_list_builder;

/* old: the same list of the version before (its top CBOR), whose nodes serve as
 * bases for differences; may be NULL. */
vv_status vv_list_builder_new(vv_list_builder **out, vv_list_kind kind, const vv_sink *sink,
			      const vv_buf *old, vv_error *err);
void vv_list_builder_free(vv_list_builder *b);
VV_AUTO_FREE(vv_list_builder, vv_list_builder_free)

/* Appends an entry: item is its canonical CBOR at level 0; weight is what readers
 * seek by (rows for data and places; raw bytes; bytes; 1 for facts). */
vv_status vv_list_builder_add(vv_list_builder *b, const void *item, size_t len, uint64_t weight,
			      vv_error *err);
/* Writes the last nodes and returns the top. */
vv_status vv_list_builder_finish(vv_list_builder *b, vv_list *out, vv_error *err);
void vv_list_clear(vv_list *l);
VV_AUTO_CLEAR(vv_list, vv_list_clear)

/* Reading in order, with seeking. */
typedef struct vv_list_reader vv_list_reader;
vv_status vv_list_reader_open(vv_list_reader **out, vv_list_kind kind, const vv_sink *source,
			      const void *top, size_t top_len, vv_error *err);
void vv_list_reader_close(vv_list_reader *r);
VV_AUTO_FREE(vv_list_reader, vv_list_reader_close)

/* The next level-0 item: a cursor on its CBOR (borrowed until the next call) and its position: its
 * number, and the sum of the weights before it. 1, 0, <0. */
typedef struct vv_list_item {
	vv_cbor cbor; /* at the item */
	const uint8_t *bytes;
	size_t len;
	uint64_t index, before, weight;
} vv_list_item;
int vv_list_next(vv_list_reader *r, vv_list_item *out, vv_error *err);

/* For lists of facts: the next item for which may returns true. It is called for nodes before they
 * are read, with the facts of all items below, and then for their entries. 1, 0, <0. */
typedef bool (*vv_list_may_fn)(void *payload, const uint8_t *facts, size_t len);
int vv_list_next_that_may(vv_list_reader *r, vv_list_may_fn may, void *payload, vv_list_item *out,
			  vv_error *err);

/* Moves so that vv_list_next returns the item with position `at` of the weights (the first whose
 * end is > at); past the end: next returns 0. Reads only the nodes on the way. */
vv_status vv_list_seek(vv_list_reader *r, uint64_t at, vv_error *err);
/* The same by item number. */
vv_status vv_list_seek_index(vv_list_reader *r, uint64_t index, vv_error *err);
/* Sums over the whole list, from the top alone (no reading when level 0..n carry sums). */
void vv_list_totals(const vv_list_reader *r, uint64_t *count, uint64_t *weight);

/* For comparing two lists without reading common nodes. A node of height 1 contains items, one of
 * height h + 1 nodes of height h; vv_list_height is the greatest height (0: the top contains the
 * items). vv_list_peek_node: does a node of exactly this height (1 ..) begin at the reader's
 * position? Then returns its CID, and its number of items and weight; it reads only nodes above. If
 * a node cannot be read it returns false, and vv_list_next will have the error. vv_list_skip moves
 * past the node (height 0: past one item) unread. */
unsigned vv_list_height(const vv_list_reader *r);
bool vv_list_peek_node(vv_list_reader *r, vv_cid *cid, uint64_t *items, uint64_t *weight,
		       unsigned height);
vv_status vv_list_skip(vv_list_reader *r, unsigned height, vv_error *err);

#endif
