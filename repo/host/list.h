/*
 * list: which blocks a pack on a Git host has, so that nobody fetches the pack to find out.
 *
 *   8       "VVLIST" 01 0A
 *   16      the pack's hash, which is its name
 *   le64    length of the pack
 *   le32    count of blocks, 1 .. VV_HOST_LIST_MAX
 *   le32    count of bases, at most that of blocks
 *   count x 34   codec, digest, depth of the chain of differences; ascending
 *   bases x 33   codec, digest of blocks of other packs that differences stand on; ascending
 *   8       XXH3-64 of all before
 *
 * A list comes from a host that nobody trusts: it says where to look, and never that a block is
 * sound. Format: docs/hosts.md.
 */
#ifndef VV_REPO_HOST_LIST_H
#define VV_REPO_HOST_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/pack_index.h"

#define VV_HOST_LIST_MAX (1u << 20)
#define VV_HOST_LIST_BLOCK 34u
#define VV_HOST_LIST_BASE 33u
#define VV_HOST_LIST_BYTES                                                                         \
	(48u + (uint64_t)VV_HOST_LIST_MAX * (VV_HOST_LIST_BLOCK + VV_HOST_LIST_BASE))

/* One that was read; borrows the bytes. */
typedef struct vv_host_list {
	uint8_t hash[VV_PACK_HASH_LEN];
	uint64_t pack_len;
	size_t count, base_count;
	const uint8_t *blocks, *bases;
} vv_host_list;

/* VV_ECORRUPT; VV_ENOSUPPORT when a newer varve made it. */
vv_status vv_host_list_read(vv_host_list *out, const void *bytes, size_t len, vv_error *err);
void vv_host_list_block(const vv_host_list *l, size_t i, vv_cid *cid, unsigned *depth);
void vv_host_list_base(const vv_host_list *l, size_t i, vv_cid *cid);

typedef struct vv_host_block {
	vv_cid cid;
	unsigned depth;
} vv_host_block;

/* Appends one; sorts blocks (each CID once) and bases (of which repeats are left out). */
vv_status vv_host_list_write(vv_buf *out, const uint8_t hash[VV_PACK_HASH_LEN], uint64_t pack_len,
			     vv_host_block *blocks, size_t count, vv_cid *bases, size_t base_count,
			     vv_error *err);

#endif
