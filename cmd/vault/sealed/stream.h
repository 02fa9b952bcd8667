/*
 * stream: writes the items of a run as sealed shards, and reads them. A run is the data that one
 * vault record adds to the vault. The record itself is also called a run. Items are blocks, Git
 * objects, the refs and the index.
 *
 * The content of a run is the concatenated content of its shards. All shards except the last are
 * full. The content consists of items:
 *
 * 	1        bits 0-3: kind (below), bits 4-5: method (0 stored, 1 zstd, 2 zstd with its base)
 * 	varint   raw length
 * 	varint   stored length
 * 	32 or 20 digest: 32 bytes for a block, 20 for an object of Git, none for other items
 * 	32 or 20 method 2: digest of the base, of the same kind
 * 	stored   bytes (compressed bytes as in transport/protocol/compress.h)
 *
 * The last items are REFS, which may be missing, and INDEX. 16 bytes follow: le64 offset of INDEX,
 * and le64 offset of REFS (all ones: no REFS). The index has the offsets of all items of the run
 * except REFS and INDEX: varint 0 (reserved); varint number of items; for each item a byte (kind),
 * digest, varint 0 (reserved), varint offset. Format: docs/formats/vault.md.
 */
#ifndef VV_CMD_VAULT_SEALED_STREAM_H
#define VV_CMD_VAULT_SEALED_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "cmd/vault/hold/shard.h"
#include "repo/blocks/cid.h"

/* The kind of an item. */
typedef enum vv_item_kind {
	VV_ITEM_RAW = 1,  /* a block */
	VV_ITEM_NODE = 2, /* a block of DAG-CBOR */
	VV_ITEM_COMMIT = 3,
	VV_ITEM_TREE = 4,
	VV_ITEM_BLOB = 5,
	VV_ITEM_TAG = 6,
	VV_ITEM_INDEX = 8,
	VV_ITEM_REFS = 9
} vv_item_kind;

#define VV_ITEM_MAX (1u << 30) /* maximum bytes of one item, uncompressed */

/* Returns the CID of an item with this kind and digest (32 bytes for a block, 20 for a Git object).
 * The CID of a Git object consists of its id and a codec that no block has. */
vv_cid vv_item_cid(vv_item_kind kind, const uint8_t *digest);

/* One item of an index. */
typedef struct vv_item_place {
	vv_cid cid; /* as returned by vv_item_cid */
	vv_item_kind kind;
	uint64_t offset;
} vv_item_place;

/* The content of an index. Free it with vv_item_index_clear. */
typedef struct vv_item_index {
	vv_item_place *items;
	size_t count;
} vv_item_index;
/* Parses the bytes of an index into *out. VV_ECORRUPT: the bytes are not an index. */
vv_status vv_item_index_read(vv_item_index *out, const void *bytes, size_t len, vv_error *err);
void vv_item_index_clear(vv_item_index *x);
VV_AUTO_CLEAR(vv_item_index, vv_item_index_clear)

/* --- writing --- */

typedef struct vv_stream_out vv_stream_out;

/* Receives the shards of a stream, in order. s and bytes are valid only during the call. */
typedef vv_status (*vv_shard_out_fn)(void *payload, const vv_shard *s, const void *bytes,
				     size_t len, vv_error *err);
/* Opens a stream for writing. vv_stream_out_put and vv_stream_out_end call fn for each shard.
 * Borrows seal and payload until vv_stream_out_close. */
vv_status vv_stream_out_open(vv_stream_out **out, const vv_shard_seal *seal, vv_shard_out_fn fn,
			     void *payload, vv_error *err);
void vv_stream_out_close(vv_stream_out *o); /* accepts NULL; an unfinished stream is dropped */
VV_AUTO_FREE(vv_stream_out, vv_stream_out_close)

/* An item to write. If base_len > 0, base has the base_len bytes of the item base_cid, which has
 * the same kind and resembles this item. Readers need the base to read this item. */
typedef struct vv_item {
	vv_item_kind kind;
	vv_cid cid;
	const void *bytes;
	size_t len;
	vv_cid base_cid;
	const void *base;
	size_t base_len;
} vv_item;
/* Writes an item, unless the stream already has an item with this CID. VV_EREFUSED: the item is
 * longer than VV_ITEM_MAX. */
vv_status vv_stream_out_put(vv_stream_out *o, const vv_item *item, vv_error *err);
uint64_t vv_stream_out_len(const vv_stream_out *o); /* bytes of content written so far */
/* Returns true if the item with this CID was written. */
bool vv_stream_out_has(const vv_stream_out *o, const vv_cid *cid);

/* Ends the stream: writes refs (may be NULL), the index, and the last shard. If index is not NULL,
 * replaces its content with the bytes of the index. */
vv_status vv_stream_out_end(vv_stream_out *o, const vv_buf *refs, vv_buf *index, vv_error *err);

/* --- reading --- */

typedef struct vv_stream_in vv_stream_in;

/* Appends the content of the run's shard number i, from 0, to out, which is empty. */
typedef vv_status (*vv_shard_in_fn)(void *payload, size_t i, vv_buf *out, vv_error *err);
/* Opens a stream of `shards` shards for reading. Calls fn to read a shard; remembers one shard. */
vv_status vv_stream_in_open(vv_stream_in **out, size_t shards, vv_shard_in_fn fn, void *payload,
			    vv_error *err);
void vv_stream_in_close(vv_stream_in *in); /* accepts NULL */
VV_AUTO_FREE(vv_stream_in, vv_stream_in_close)

/* An item in its stored form. bytes is borrowed until the next vv_stream_in_at or
 * vv_stream_in_end. */
typedef struct vv_item_stored {
	vv_item_kind kind;
	uint8_t method;   /* 0 stored, 1 zstd, 2 zstd with its base */
	vv_cid cid, base; /* base is null if the item has no base */
	size_t raw_len;
	const uint8_t *bytes;
	size_t len;
	uint64_t next; /* offset of the next item */
} vv_item_stored;
/* Reads the item at offset into *out. VV_ECORRUPT: no valid item begins at offset. Errors of
 * vv_shard_in_fn are returned unchanged. */
vv_status vv_stream_in_at(vv_stream_in *in, uint64_t offset, vv_item_stored *out, vv_error *err);
/* Sets the content of out to the raw bytes of the item s. base: the raw bytes of the item's base,
 * base_len of them; unused if the item has no base. VV_ECORRUPT: the stored bytes are invalid, or
 * the raw bytes do not match the item's digest. */
vv_status vv_stream_in_expand(vv_stream_in *in, const vv_item_stored *s, const void *base,
			      size_t base_len, vv_buf *out, vv_error *err);

/* Sets the content of index and refs to the bytes of the run's index and refs. refs is empty if the
 * run has no refs. */
vv_status vv_stream_in_end(vv_stream_in *in, vv_buf *index, vv_buf *refs, vv_error *err);

#endif
