/*
 * shard: seals content into shards, opens shards, and checks their leaves. A shard is a block of at
 * most 1,048,512 bytes, which holders store under its raw CID.
 *
 *   L x 4096   L leaves (1, 2, 4 ... 128 or 254): the following bytes, cut into pieces of 4096:
 *     8          "VVSHARD" 01
 *     8          epoch: the first 8 bytes of the digest of the epoch's record
 *     le16       L
 *     6          zero
 *     24         nonce
 *     16         tag
 *     rest       sealed (base/keys/sealing.h): le32 length of the content, the content, zeros;
 *                associated data: the vault's CID (36 bytes), magic, epoch, le16 L
 *   L x 32     trailer: the leaves' hashes, SHA-256 of 00 and the leaf
 *
 * The root of the leaves is computed as in RFC 6962. A holder proves that it has a leaf by sending
 * the leaf and the trailer, or the leaf and its path. Format: docs/formats/vault.md.
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
/* Maximum bytes of content in any shard. A shard with VV_LEAVES_MAX leaves is called full. */
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

/* What is needed to seal or open a shard: the vault, and the name and secret of the epoch
 * (cmd/vault/sealed/epoch.h). */
typedef struct vv_shard_seal {
	vv_cid vault;
	uint8_t epoch[VV_EPOCH_NAME];
	uint8_t secret[VV_SEAL_SECRET];
} vv_shard_seal;

/* Appends the trailer to bytes, and sets *out to the properties of the shard. The caller ensures
 * that bytes has a valid number of complete leaves. */
vv_status vv_leaves_end(vv_buf *bytes, vv_shard *out, vv_error *err);

/* Seals len bytes of content, at most VV_SHARD_FULL, into a shard. Replaces the content of bytes
 * with the shard, and sets *out to its properties. Equal content and seals make equal shards. */
vv_status vv_shard_make(vv_buf *bytes, vv_shard *out, const vv_shard_seal *seal,
			const void *content, size_t len, vv_error *err);

/* Sets *out to the properties of the shard in bytes. Accepts every shard, including parity shards
 * (cmd/vault/sealed/stripe.h), which have no header. VV_ECORRUPT: the length is invalid, or the
 * trailer does not match the leaves. */
vv_status vv_leaves_look(vv_shard *out, const void *bytes, size_t len, vv_error *err);

/* Sets *out to the properties of the sealed shard in bytes, and epoch to the epoch in its header.
 * VV_ECORRUPT: the header or the length is invalid, or the trailer does not match the leaves.
 * VV_ENOSUPPORT: a newer version of varve wrote the shard. */
vv_status vv_shard_look(vv_shard *out, uint8_t epoch[VV_EPOCH_NAME], const void *bytes, size_t len,
			vv_error *err);

/* Opens the sealed shard in bytes, and appends its content to `content`. Does not check the
 * trailer. VV_ECORRUPT: the shard is sealed for another vault, epoch or number of leaves, or was
 * changed. */
vv_status vv_shard_open(vv_buf *content, const vv_shard_seal *seal, const void *bytes, size_t len,
			vv_error *err);

/* Checks that `leaf` (VV_LEAF bytes) is leaf number `at`, from 0, of the shard s. `trailer` is the
 * shard's trailer (s->leaves hashes), and is checked with s->root. An audit checks a random leaf
 * that a holder sent. VV_ECORRUPT: the leaf or the trailer is wrong; the message has the reason. */
vv_status vv_leaf_check(const vv_shard *s, unsigned at, const void *leaf, const void *trailer,
			vv_error *err);

#define VV_LEAF_PATH_MAX 8u /* most hashes of a path */

/* Computes the path of leaf number `at` of a shard with this trailer and number of leaves. The path
 * consists of the sibling hashes from the leaf to the root, lowest first. Sets *count to the number
 * of hashes. */
vv_status vv_leaf_path(uint8_t out[VV_LEAF_PATH_MAX * VV_LEAF_HASH], size_t *count,
		       const void *trailer, unsigned leaves, unsigned at, vv_error *err);
/* Checks a leaf as vv_leaf_check does, but with its path of count hashes. Active holders
 * (cmd/vault/sealed/holder.h) send paths. */
vv_status vv_leaf_check_path(const vv_shard *s, unsigned at, const void *leaf, const void *path,
			     size_t count, vv_error *err);

#endif
