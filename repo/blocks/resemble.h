/*
 * resemble: finds the blocks of a version that another version does not have, and a similar block
 * of the other version for each.
 *
 * This works for any blocks with links, not only tables: the links of both versions are compared
 * level by level. Links that both have are anchors; the other links are paired by their positions
 * between anchors. gc and transport use it.
 */
#ifndef VV_REPO_BLOCKS_RESEMBLE_H
#define VV_REPO_BLOCKS_RESEMBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/reach.h"

/* Reads a block, and replaces the content of out with its bytes. VV_EMISSING: the block is
 * missing. */
typedef vv_status (*vv_block_get_fn)(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err);

/* Is called with a block cid that the other version does not have. like: a similar block of the
 * other version; a null CID: no similar block was found. */
typedef vv_status (*vv_resemble_fn)(void *payload, const vv_cid *cid, const vv_cid *like,
				    vv_error *err);
/* How to walk. */
typedef struct vv_resemble {
	vv_block_get_fn get; /* reads a node */
	vv_resemble_fn fn;   /* called for each new block; NULL: mark is used */
	void *payload;       /* for get, fn and mark */
	vv_cid_set *seen;    /* blocks to skip; each block passed to fn is added */
	bool children_first; /* pass the blocks below a node to fn before the node; else after it */
	/* the number of missing nodes, which the walk increases; NULL: a missing node is an error,
	 * VV_EMISSING */
	uint64_t *missing;
	/* Used instead of fn and seen by callers that have their own set; fn and seen are then
	 * NULL, and children_first is false. mark sets *first to true if this is the first call for
	 * the block; if *first is false, the blocks below it are skipped. */
	vv_status (*mark)(void *payload, const vv_cid *cid, const vv_cid *like, bool *first,
			  vv_error *err);
} vv_resemble;
/* Calls w->fn once for root and once for each block below it, except for blocks in w->seen. A link
 * is not followed if the similar node of the version `before` has it, too. `before` may be null: no
 * other version is then compared. Leaves are not read. Missing nodes are passed to fn, too. If a
 * node of `before` cannot be read, it is treated as not similar. VV_ECORRUPT: a node is damaged, so
 * that the blocks below it are unknown. */
vv_status vv_resemble_walk(const vv_resemble *w, const vv_cid *root, const vv_cid *before,
			   vv_error *err);

#endif
