/*
 * shard: seals content into shards, opens shards, and checks their leaves. A shard is a block of at
 * most 1,048,512 bytes, named by its raw CID, that holders store.
 *
 *   L x 4096   L leaves (1, 2, 4 ... 128 or 254): the following bytes, cut into pieces of 4096:
 *     8          "VVSHARD" 01
 *     8          epoch: the first bytes of the digest of the epoch's record
 *     le16       L
 *     6          zero
 *     24         nonce
 *     16         tag
 *     rest       sealed (base/keys/sealing.h): le32 length of the content, the content, zeros;
 *                associated data: the vault's CID (36 bytes), magic, epoch, le16 L
 *   L x 32     trailer: the leaves' hashes, SHA-256 of 00 and the leaf
 *
 * The root of the leaves is computed as in RFC 6962. A leaf and the trailer, or a leaf and its
 * path, prove that a holder has the leaf. Format: docs/formats/vault.md.
 */
#ifndef VV_CMD_VAULT_HOLD_SHARD_H
#define VV_CMD_VAULT_HOLD_SHARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/keys/sealing.h"
#include "repo/blocks/cid.h"

#define VV_LEAF 4096u      /* bytes of a leaf */
#define VV_LEAVES_MAX 254u /* most leaves of a shard */
#define VV_LEAF_HASH VV_SHA256_LEN
#define VV_EPOCH_NAME 8u
#define VV_SHARD_HEAD 64u /* bytes before the sealed bytes */
#define VV_SHARD_MAX (VV_LEAVES_MAX * (VV_LEAF + VV_LEAF_HASH))

/* Maximum bytes of content in a shard with this number of leaves. */
#define VV_SHARD_ROOM(leaves) ((size_t)(leaves)*VV_LEAF - VV_SHARD_HEAD - 4u)
#define VV_SHARD_FULL VV_SHARD_ROOM(VV_LEAVES_MAX)

/* Returns true if a shard can have this number of leaves. */
bool vv_leaves_valid(uint64_t leaves);
/* Returns the length in bytes of a shard with this number of leaves. */
static inline uint64_t vv_shard_len(unsigned leaves)
{
	return (uint64_t)leaves * (VV_LEAF + VV_LEAF_HASH);
}

/* The public properties of a shard: its CID, the number of its leaves, and their root. */
typedef struct vv_shard {
	vv_cid cid;
	uint32_t leaves;
	uint8_t root[VV_SHA256_LEN];
} vv_shard;

/* The values with which a shard is sealed: the vault, and the name and secret of the epoch
 * (cmd/vault/sealed/epoch.h). */
typedef struct vv_shard_seal {
	vv_cid vault;
	uint8_t epoch[VV_EPOCH_NAME];
	uint8_t secret[VV_SEAL_SECRET];
} vv_shard_seal;

/* Appends the trailer to bytes, which has a valid number of complete leaves, and sets *out to the
 * properties of the shard. */
vv_status vv_leaves_end(vv_buf *bytes, vv_shard *out, vv_error *err);

/* Seals len bytes of content into a shard, which replaces the content of bytes, and sets *out to
 * its properties. Equal content and seals make equal shards. */
vv_status vv_shard_make(vv_buf *bytes, vv_shard *out, const vv_shard_seal *seal,
			const void *content, size_t len, vv_error *err);

/* Sets *out to the properties of any shard of len bytes, including parity shards
 * (cmd/vault/sealed/stripe.h), which have no header. VV_ECORRUPT: the length is invalid, or the
 * trailer does not match the leaves. */
vv_status vv_leaves_look(vv_shard *out, const void *bytes, size_t len, vv_error *err);

/* Sets *out and epoch to the properties and the epoch of a sealed shard of len bytes. VV_ECORRUPT:
 * the bytes are not a shard (the length is invalid, or the trailer does not match the leaves);
 * VV_ENOSUPPORT: the shard was written by a newer varve. */
vv_status vv_shard_look(vv_shard *out, uint8_t epoch[VV_EPOCH_NAME], const void *bytes, size_t len,
			vv_error *err);

/* Opens a shard of len bytes, and appends its content. VV_ECORRUPT: the shard is sealed for another
 * vault, epoch or size, or was modified. */
vv_status vv_shard_open(vv_buf *content, const vv_shard_seal *seal, const void *bytes, size_t len,
			vv_error *err);

/* Checks by the shard's trailer (L hashes) that `leaf` is leaf number `at` of the shard s. An audit
 * uses this: it asks a holder for a random leaf, to prove that the holder has the shard.
 * VV_ECORRUPT: the leaf is wrong; the message has the reason. */
vv_status vv_leaf_check(const vv_shard *s, unsigned at, const void *leaf, const void *trailer,
			vv_error *err);

#define VV_LEAF_PATH_MAX 8u /* most hashes of a path */

/* Writes the path of leaf number `at` of a shard with this trailer and this number of leaves: the
 * *count sibling hashes from the leaf to the root, lowest first. */
vv_status vv_leaf_path(uint8_t out[VV_LEAF_PATH_MAX * VV_LEAF_HASH], size_t *count,
		       const void *trailer, unsigned leaves, unsigned at, vv_error *err);
/* Checks a leaf as vv_leaf_check does, but by its path of count hashes, which an active holder
 * (cmd/vault/sealed/holder.h) sends. */
vv_status vv_leaf_check_path(const vv_shard *s, unsigned at, const void *leaf, const void *path,
			     size_t count, vv_error *err);

#endif
