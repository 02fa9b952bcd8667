/*
 * list: stores a long sequence of entries as a tree of nodes, which is divided by content.
 *
 * The block that owns a list contains the topmost items of the tree. Format: docs/formats/store.md, "list".
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
	VV_LIST_DATA,   /* row groups */
	VV_LIST_LAYOUT, /* the form of each row group */
	VV_LIST_CHUNKS, /* the bytes of a file, a long cell, or long quirks */
	VV_LIST_FACTS,  /* facts about each row group: facts.h */
	VV_LIST_PLACES  /* places of rows: places.h */
} vv_list_kind;
#define VV_LIST_KINDS 5

/* The top of a finished list, which is written into the block that owns the list. */
typedef struct vv_list {
	vv_buf top; /* {"items": [...], "level": n} in CBOR */
} vv_list;

/* How blocks of lists are read and written. With a sink without put(), a list is made, but not stored, as in 'varve
 * status'. */
typedef struct vv_sink {
	/* Stores a block. cid is the CID of the bytes. base: a block to store the difference from; can be NULL. If
	 * `put` is NULL, blocks are only hashed. */
	vv_status (*put)(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			 const vv_cid *base, vv_error *err);
	/* Reads a block. */
	vv_status (*get)(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err);
	/* Reads a block as vv_store_get_parted does. NULL: get() is used, which reads whole blocks. */
	vv_status (*get_parted)(void *payload, const vv_cid *cid, vv_parted *out, vv_error *err);
	/* Returns true if the block is stored already. Can be called by any thread. NULL: put() checks this. */
	bool (*has)(void *payload, const vv_cid *cid);
	void *payload;
	bool passing; /* blocks are discarded when the command ends: do not record them as stored */
	/* Blocks whose hashes were checked just before, so that they need no second check; or NULL. Borrowed. */
	const vv_cid_set *hashed;
} vv_sink;
void vv_sink_writer(vv_sink *out, vv_writer *w); /* reads and writes through w */
void vv_sink_dry(vv_sink *out, vv_store *s);     /* reads from s, without put() */
/* Reads a block: in parts if the sink has get_parted(), else as a whole. */
vv_status vv_sink_get_parted(const vv_sink *s, const vv_cid *cid, vv_parted *out, vv_error *err);

typedef struct vv_list_builder vv_list_builder;

/* Makes a builder. old: the top of the same list in the previous version, whose nodes are bases for differences; can
 * be NULL. */
vv_status vv_list_builder_new(vv_list_builder **out, vv_list_kind kind, const vv_sink *sink,
			      const vv_buf *old, vv_error *err);
void vv_list_builder_free(vv_list_builder *b);
VV_AUTO_FREE(vv_list_builder, vv_list_builder_free)

/* Appends an entry. item is its canonical CBOR. weight is the entry's size in the unit by which vv_list_seek finds
 * entries: rows in lists of data and places; raw bytes in lists of layout; bytes in lists of chunks; 1 for each entry
 * in lists of facts. */
vv_status vv_list_builder_add(vv_list_builder *b, const void *item, size_t len, uint64_t weight,
			      vv_error *err);
/* Writes the last nodes and returns the top. */
vv_status vv_list_builder_finish(vv_list_builder *b, vv_list *out, vv_error *err);
void vv_list_clear(vv_list *l);
VV_AUTO_CLEAR(vv_list, vv_list_clear)

/* Reads a list in order, from any entry. */
typedef struct vv_list_reader vv_list_reader;
vv_status vv_list_reader_open(vv_list_reader **out, vv_list_kind kind, const vv_sink *source,
			      const void *top, size_t top_len, vv_error *err);
void vv_list_reader_close(vv_list_reader *r);
VV_AUTO_FREE(vv_list_reader, vv_list_reader_close)

/* An entry of a list. Pointers are borrowed until the next call with the reader. */
typedef struct vv_list_item {
	vv_cbor cbor; /* a cursor at the entry's CBOR */
	const uint8_t *bytes;
	size_t len;
	uint64_t index, /* the entry's number, from 0 */
		before, /* the sum of the weights of all earlier entries */
		weight; /* the entry's weight */
} vv_list_item;
/* Reads the next entry. Returns 1, 0 at the end, or a negative status. */
int vv_list_next(vv_list_reader *r, vv_list_item *out, vv_error *err);

typedef bool (*vv_list_may_fn)(void *payload, const uint8_t *facts, size_t len);
/* Reads the next entry of a list of facts for which may() returns true. may() is called with the facts of each entry,
 * and, before a node is read, with the common facts of all entries below the node: if it returns false, the node is
 * skipped. Returns 1, 0 at the end, or a negative status. */
int vv_list_next_that_may(vv_list_reader *r, vv_list_may_fn may, void *payload, vv_list_item *out,
			  vv_error *err);

/* Moves to the entry that contains position `at`, counted in weights: vv_list_next returns the first entry for which
 * before + weight > `at`. If `at` is past the end of the list, vv_list_next returns 0. Reads only the nodes above the
 * entry. */
vv_status vv_list_seek(vv_list_reader *r, uint64_t at, vv_error *err);
/* Moves to the entry with number `index`. */
vv_status vv_list_seek_index(vv_list_reader *r, uint64_t index, vv_error *err);
/* Sets *count to the number of entries, and *weight to the sum of their weights. Reads no nodes, since the top has
 * these sums. */
void vv_list_totals(const vv_list_reader *r, uint64_t *count, uint64_t *weight);

/* The functions below serve to compare two lists without reading the nodes that both have. A node of height 1
 * contains entries, a node of height h + 1 contains nodes of height h. */

/* Returns the greatest height of the nodes; 0: the top contains the entries. */
unsigned vv_list_height(const vv_list_reader *r);
/* Returns true if a node of exactly this height, at least 1, begins at the reader's position, and sets *cid, *items
 * (the number of entries) and *weight to those of this node. Reads only nodes above it. If one of them cannot be read,
 * returns false; vv_list_next then returns the error. */
bool vv_list_peek_node(vv_list_reader *r, vv_cid *cid, uint64_t *items, uint64_t *weight,
		       unsigned height);
/* Moves past the node of this height at the reader's position, without reading it. Height 0: past one entry. */
vv_status vv_list_skip(vv_list_reader *r, unsigned height, vv_error *err);

#endif
