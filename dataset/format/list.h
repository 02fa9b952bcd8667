/*
 * list: stores a long sequence of entries as a tree of nodes. Where a node ends depends on the
 * content of its items, so that lists in which the same sequence of entries occurs have equal
 * nodes.
 *
 * The block that owns a list, such as the root of a table, contains the topmost items of the tree:
 * the top. Format: docs/formats/store.md, "list".
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

/* What the entries of a list describe. */
typedef enum vv_list_kind {
	VV_LIST_DATA,   /* row groups */
	VV_LIST_LAYOUT, /* the form of each row group */
	VV_LIST_CHUNKS, /* the bytes of a file, a long cell, or long quirks */
	VV_LIST_FACTS,  /* facts about each row group: facts.h */
	VV_LIST_PLACES  /* the rows' positions in the file: places.h */
} vv_list_kind;
#define VV_LIST_KINDS 5 /* number of kinds */

/* Functions that read and write the blocks of lists, and of the objects in them. */
typedef struct vv_sink {
	/* Stores a block. cid is the CID of the bytes. base: a similar block, from which the
	 * difference may be stored; may be NULL. put may be NULL: blocks are hashed, but not
	 * stored, as for 'varve status'. */
	vv_status (*put)(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			 const vv_cid *base, vv_error *err);
	/* Replaces the content of out by the bytes of a block. May be NULL if no block is read. */
	vv_status (*get)(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err);
	/* Reads a block as vv_store_get_parted does. May be NULL: get() is used instead. */
	vv_status (*get_parted)(void *payload, const vv_cid *cid, vv_parted *out, vv_error *err);
	/* Returns true if the block is stored already. Can be called by any thread. May be NULL:
	 * put() is called for every block, and checks this itself. */
	bool (*has)(void *payload, const vv_cid *cid);
	void *payload; /* the first argument of these functions */
	/* blocks that are put are discarded when the command ends, so callers must not record them
	 * as stored */
	bool passing;
	/* blocks whose hashes were checked just before, so that they need no second check;
	 * borrowed; may be NULL */
	const vv_cid_set *hashed;
} vv_sink;
/* Sets *out to a sink that reads and writes blocks through w, which must outlive *out. */
void vv_sink_writer(vv_sink *out, vv_writer *w);
/* Sets *out to a sink without put() that reads blocks from s, which must outlive *out. Sets
 * out->passing. */
void vv_sink_dry(vv_sink *out, vv_store *s);
/* Reads a block into *out: in parts if the sink has get_parted(), else as a whole. */
vv_status vv_sink_get_parted(const vv_sink *s, const vv_cid *cid, vv_parted *out, vv_error *err);

/* Writes a new list, entry by entry. */
typedef struct vv_list_builder vv_list_builder;

/* Makes a builder for a list of this kind. sink must outlive it. old: the top of the same list in
 * the previous version, whose nodes are bases for differences; may be NULL. If old cannot be read,
 * nodes have no bases. */
vv_status vv_list_builder_new(vv_list_builder **out, vv_list_kind kind, const vv_sink *sink,
			      const vv_buf *old, vv_error *err);
void vv_list_builder_free(vv_list_builder *b);
VV_AUTO_FREE(vv_list_builder, vv_list_builder_free)

/* Appends an entry. item is its canonical CBOR, of len bytes. weight is the entry's size in the
 * unit in which vv_list_seek counts positions: rows in lists of data and places; bytes of the file
 * in lists of layouts; bytes in lists of chunks; 1 for each entry in lists of facts. It must be the
 * weight that item states. VV_ECORRUPT: item is not a canonical entry. VV_EREFUSED: the list would
 * be too large, or an earlier call failed. */
vv_status vv_list_builder_add(vv_list_builder *b, const void *item, size_t len, uint64_t weight,
			      vv_error *err);
/* Writes the last nodes, and appends the top of the finished list to out: {"items": [...], "level":
 * n} in CBOR, for the block that owns the list. The builder can only be freed then. */
vv_status vv_list_builder_finish(vv_list_builder *b, vv_buf *out, vv_error *err);

/* Reads the entries of a list in order, from any entry on. */
typedef struct vv_list_reader vv_list_reader;
/* Opens a reader for the list of this kind with the encoded top top[0 .. top_len). The top and
 * *source are copied; what *source refers to must outlive the reader. VV_ECORRUPT: the top is
 * damaged. */
vv_status vv_list_reader_open(vv_list_reader **out, vv_list_kind kind, const vv_sink *source,
			      const void *top, size_t top_len, vv_error *err);
void vv_list_reader_close(vv_list_reader *r);
VV_AUTO_FREE(vv_list_reader, vv_list_reader_close)

/* An entry of a list. Pointers are borrowed until the next call with the reader. */
typedef struct vv_list_item {
	vv_cbor cbor;         /* a cursor at the entry's CBOR */
	const uint8_t *bytes; /* the entry's CBOR, of len bytes */
	size_t len;
	uint64_t index, /* the entry's number, from 0 */
		before, /* the sum of the weights of all earlier entries */
		weight; /* the entry's weight */
} vv_list_item;
/* Sets *out to the next entry. Returns 1, 0 at the end, or a negative status. */
int vv_list_next(vv_list_reader *r, vv_list_item *out, vv_error *err);

/* Returns false if no row described by these encoded facts (facts.h) can match. */
typedef bool (*vv_list_may_fn)(void *payload, const uint8_t *facts, size_t len);
/* Sets *out to the next entry of a list of facts for which may() returns true. may() is called with
 * the facts of each entry, and, before a node is read, with the common facts of all entries below
 * the node: if it returns false, the node is skipped. Returns 1, 0 at the end, or a negative
 * status. */
int vv_list_next_that_may(vv_list_reader *r, vv_list_may_fn may, void *payload, vv_list_item *out,
			  vv_error *err);

/* Moves to the entry that contains position `at`, in the unit of weights: the next call of
 * vv_list_next returns the first entry for which before + weight > `at`. If `at` is past the end of
 * the list, vv_list_next returns 0. Reads only the nodes above the entry. */
vv_status vv_list_seek(vv_list_reader *r, uint64_t at, vv_error *err);
/* Moves to the entry with number `index`. After the last entry, vv_list_next returns 0. */
vv_status vv_list_seek_index(vv_list_reader *r, uint64_t index, vv_error *err);
/* Sets *count to the number of entries, and *weight to the sum of their weights. Reads no nodes,
 * since the top has these sums. */
void vv_list_totals(const vv_list_reader *r, uint64_t *count, uint64_t *weight);

/* The functions below are for comparing two lists without reading the nodes that both lists have. A
 * node of height 1 contains entries; a node of height h + 1 contains nodes of height h. */

/* Returns the greatest height of a node in the list; 0: the list has no nodes, since its top
 * contains the entries. */
unsigned vv_list_height(const vv_list_reader *r);
/* A node of a list, or an entry. */
typedef struct vv_list_node {
	vv_cid name;    /* the node's CID; of an entry, that of its bytes */
	uint64_t index, /* number of entries before the node */
		items,  /* number of entries in the node */
		before, /* sum of the weights of the entries before the node */
		weight; /* sum of the weights of the entries in the node */
} vv_list_node;
/* Sets *out to the node of exactly this height that begins at the reader's position (height 0: to
 * the next entry), and moves past it without reading it. Reads only nodes above it. Returns 1, 0 if
 * no such node begins at the position, or a negative status. */
int vv_list_next_node(vv_list_reader *r, unsigned height, vv_list_node *out, vv_error *err);

#endif
