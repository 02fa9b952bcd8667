/*
 * stream: writes the items of a run into the vault, cut into shards and sealed, and reads them.
 *
 * A run's content is the concatenated content of its shards; all shards but the last are full. It
 * consists of items:
 *
 *	1        bits 0-3: kind (below), bits 4-5: method (0 stored, 1 zstd, 2 zstd with its base)
 *	varint   raw length
 *	varint   stored length
 *	32 or 20 digest: of blocks 32 bytes, of Git's objects 20, of others none
 *	32 or 20 method 2: digest of the base, of the same kind
 *	stored   bytes (compressed ones as transport/protocol/compress.h has them)
 *
 * then an item INDEX, and 16 bytes: le64 where the INDEX begins, and where the item REFS begins (all
 * ones: there is none). The index has where each of the run's items begins, and
 * where items of older runs are which lost their own index: varint count of such runs, 32 bytes each (the
 * digest of the run's vault record); varint count of items; of each a byte (kind), digest, varint run
 * (0: this one, 1: the first of the list), varint offset. Format: docs/formats/vault.md.
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

/* Returns a block's CID, or for a Git object a CID made from its id (with a codec that no block
 * has). */
vv_cid vv_item_cid(vv_item_kind kind, const uint8_t *digest);

/* One item of an index. */
typedef struct vv_item_place {
	vv_cid cid; /* vv_item_cid */
	vv_item_kind kind;
	size_t run; /* place in runs; 0: the run of the index */
	uint64_t offset;
} vv_item_place;

/* The content of an index; clear it with vv_item_index_clear. */
typedef struct vv_item_index {
	vv_cid *runs;
	size_t run_count;
	vv_item_place *items;
	size_t count;
} vv_item_index;
vv_status vv_item_index_read(vv_item_index *out, const void *bytes, size_t len, vv_error *err);
void vv_item_index_clear(vv_item_index *x);
VV_AUTO_CLEAR(vv_item_index, vv_item_index_clear)

/* --- writing --- */

typedef struct vv_stream_out vv_stream_out;

/* Opens a stream for writing; calls fn for each shard, in order. Borrows seal. */
typedef vv_status (*vv_shard_out_fn)(void *payload, const vv_shard *s, const void *bytes,
				     size_t len, vv_error *err);
vv_status vv_stream_out_open(vv_stream_out **out, const vv_shard_seal *seal, vv_shard_out_fn fn,
			     void *payload, vv_error *err);
void vv_stream_out_close(vv_stream_out *o); /* accepts NULL; an unfinished stream is dropped */
VV_AUTO_FREE(vv_stream_out, vv_stream_out_close)

/* An item to write. base (if base_len > 0): the bytes of base_cid, an item that resembles this
 * one and that readers have or read earlier. */
typedef struct vv_item {
	vv_item_kind kind;
	vv_cid cid;
	const void *bytes;
	size_t len;
	vv_cid base_cid;
	const void *base;
	size_t base_len;
} vv_item;
vv_status vv_stream_out_put(vv_stream_out *o, const vv_item *item, vv_error *err);
uint64_t vv_stream_out_len(const vv_stream_out *o); /* bytes of content written so far */
bool vv_stream_out_has(const vv_stream_out *o, const vv_cid *cid);

/* Writes refs (may be NULL), the index, and the last shard. index (may be NULL) gets the index's
 * bytes. */
vv_status vv_stream_out_end(vv_stream_out *o, const vv_buf *refs, vv_buf *index, vv_error *err);

/* --- reading --- */

typedef struct vv_stream_in vv_stream_in;

/* Puts the content of the run's shard number i into out, which is empty. */
typedef vv_status (*vv_shard_in_fn)(void *payload, size_t i, vv_buf *out, vv_error *err);
vv_status vv_stream_in_open(vv_stream_in **out, size_t shards, vv_shard_in_fn fn, void *payload,
			    vv_error *err);
void vv_stream_in_close(vv_stream_in *in); /* accepts NULL */
VV_AUTO_FREE(vv_stream_in, vv_stream_in_close)

/* An item in its stored form; bytes are borrowed until the next call. */
typedef struct vv_item_stored {
	vv_item_kind kind;
	uint8_t method;
	vv_cid cid, base; /* base null: the item has no base */
	size_t raw_len;
	const uint8_t *bytes;
	size_t len;
	uint64_t next; /* offset of the next item */
} vv_item_stored;
/* Reads the item at offset. VV_ECORRUPT: not an item; also the errors of reading a shard. */
vv_status vv_stream_in_at(vv_stream_in *in, uint64_t offset, vv_item_stored *out, vv_error *err);
/* Sets out to the raw bytes of an item. base: the raw bytes of its base. VV_ECORRUPT: the bytes
 * do not match the item's digest. */
vv_status vv_stream_in_expand(vv_stream_in *in, const vv_item_stored *s, const void *base,
			      size_t base_len, vv_buf *out, vv_error *err);

/* Reads the bytes of the run's index and refs; refs is empty if the run has none. */
vv_status vv_stream_in_end(vv_stream_in *in, vv_buf *index, vv_buf *refs, vv_error *err);

#endif
