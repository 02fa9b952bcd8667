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

/* Is called with the CID of a block that the other version does not have. like: a similar block of
 * the other version; NULL: no similar block was found. */
typedef vv_status (*vv_resemble_fn)(void *payload, const vv_cid *cid, const vv_cid *like,
				    vv_error *err);
/* How to walk. */
typedef struct vv_resemble {
	vv_block_get_fn get; /* reads a node */
	vv_resemble_fn fn;   /* called for each new block; NULL: mark is used */
	void *payload;       /* for get, fn and mark */
	/* blocks to skip; the walk adds each block that it passes to fn; NULL only if mark is
	 * used */
	vv_cid_set *seen;
	/* pass the blocks below a node to fn before the node; false: after the node */
	bool children_first;
	/* the number of missing nodes, which the walk increases; NULL: a missing node is an error,
	 * VV_EMISSING */
	uint64_t *missing;
	/* Used instead of fn and seen by callers that have their own set; fn and seen are then
	 * NULL, and children_first is false. mark sets *first to true if this is the first call for
	 * the block; if *first is false, the blocks below it are skipped. */
	vv_status (*mark)(void *payload, const vv_cid *cid, const vv_cid *like, bool *first,
			  vv_error *err);
} vv_resemble;
/* Calls w->fn once for root and once for each block below root that the version `before` does not
 * have, except for blocks in w->seen. The walk compares the nodes of the same level, so fn may also
 * be called for a block that `before` has at another place. If `before` is NULL, or equal to root,
 * nothing is compared, and fn is called for all blocks. Leaves are not read. Missing nodes are
 * passed to fn, too. A node of `before` that is missing or damaged is treated as a node without
 * links. VV_ECORRUPT: a node of root's version is damaged, so the blocks below it are unknown. */
vv_status vv_resemble_walk(const vv_resemble *w, const vv_cid *root, const vv_cid *before,
			   vv_error *err);

#endif
