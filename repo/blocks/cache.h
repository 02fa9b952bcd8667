/*
 * cache: caches the blocks that were last used as bases of differences, up to a limit of bytes.
 *
 * Two neighbouring versions have nearly the same chains of differences. If the blocks of these
 * chains are in the cache, reading the second version needs only one step for each block.
 * Thread-safe.
 */
#ifndef VV_REPO_BLOCKS_CACHE_H
#define VV_REPO_BLOCKS_CACHE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "repo/blocks/cid.h"

/* A block in memory, whose hash was checked. It is shared by reference counting, and must not be
 * modified. vv_blob_new returns it with uninitialised bytes, which the caller fills before sharing
 * it. */
typedef struct vv_blob {
	atomic_uint refs; /* number of references; the last vv_blob_unref frees the block */
	vv_cid cid;
	size_t len;                                   /* number of bytes */
	struct vv_blob *next_in_slot, *newer, *older; /* used by the cache only */
	uint8_t bytes[];
} vv_blob;

vv_blob *vv_blob_new(const vv_cid *cid, size_t len); /* one reference; NULL when out of memory */
/* Removes a reference. */
void vv_blob_unref(vv_blob *b); /* accepts NULL */
VV_AUTO_FREE(vv_blob, vv_blob_unref)

typedef struct vv_block_cache vv_block_cache;
vv_block_cache *vv_block_cache_new(size_t max_bytes); /* NULL when out of memory */
void vv_block_cache_free(vv_block_cache *c);          /* accepts NULL */
VV_AUTO_FREE(vv_block_cache, vv_block_cache_free)
/* Changes the maximum number of bytes, and removes the least recently used blocks beyond it. */
void vv_block_cache_limit(vv_block_cache *c, size_t max_bytes);
/* Returns a new reference to the block, or NULL if the cache does not have it. */
vv_blob *vv_block_cache_get(vv_block_cache *c, const vv_cid *cid);
/* Adds the block b, with a reference of the cache's own. Replaces another block with the same CID.
 * A block that is larger than the limit is not added. */
void vv_block_cache_put(vv_block_cache *c, vv_blob *b);

#endif
