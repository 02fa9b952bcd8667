/*
 * cache: the blocks that served as bases last.
 *
 * Reading a version after its neighbour walks nearly the same chains of
 * differences; with their links at hand that costs one step a block. Thread-safe.
 */
#ifndef VV_REPO_BLOCKS_CACHE_H
#define VV_REPO_BLOCKS_CACHE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "repo/blocks/cid.h"

/* A checked block's bytes, shared and not to be modified. */
typedef struct vv_blob {
	atomic_uint refs;
	vv_cid cid;
	size_t len;
	struct vv_blob *next_in_slot, *newer, *older; /* the cache's */
	uint8_t bytes[];
} vv_blob;

vv_blob *vv_blob_new(const vv_cid *cid, size_t len); /* one reference; NULL when out of memory */
void vv_blob_unref(vv_blob *b);                      /* accepts NULL */
VV_AUTO_FREE(vv_blob, vv_blob_unref)

typedef struct vv_block_cache vv_block_cache;
vv_block_cache *vv_block_cache_new(size_t max_bytes); /* NULL when out of memory */
void vv_block_cache_free(vv_block_cache *c);          /* accepts NULL */
VV_AUTO_FREE(vv_block_cache, vv_block_cache_free)
void vv_block_cache_limit(vv_block_cache *c, size_t max_bytes);    /* sets the limit */
vv_blob *vv_block_cache_get(vv_block_cache *c, const vv_cid *cid); /* a reference, or NULL */
/* In place of the one of that name. Takes a reference of its own. */
void vv_block_cache_put(vv_block_cache *c, vv_blob *b);

#endif
