/*
 * resemble: new blocks of one version against another, and the block that each resembles.
 *
 * Independent of tables: the nodes of both are compared link by link; links that both have anchor
 * the rest, which pair up by position between the anchors. gc and transport use it.
 */
#ifndef VV_REPO_BLOCKS_RESEMBLE_H
#define VV_REPO_BLOCKS_RESEMBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/reach.h"

/* Reads a block: from the store, or from the store and incoming/. VV_EMISSING. */
typedef vv_status (*vv_block_get_fn)(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err);

/* Called once for every block below root (itself included) that is not in `seen` and not linked
 * from the node of `before` that its parent resembles; children before their node when
 * children_first, else nodes first. like: null: no similar block. Each CID is added to seen. before
 * null: everything below root that seen lacks. *missing (may be NULL) counts missing nodes (fn is
 * called for them, too): VV_EMISSING if NULL. Leaves are not read. An unreadable node of before
 * counts as dissimilar. VV_ECORRUPT: a node is damaged, so that the blocks below it are unknown. */
typedef vv_status (*vv_resemble_fn)(void *payload, const vv_cid *cid, const vv_cid *like,
				    vv_error *err);
typedef struct vv_resemble {
	vv_block_get_fn get;
	vv_resemble_fn fn;
	void *payload; /* of both */
	vv_cid_set *seen;
	bool children_first;
	uint64_t *missing;
	/* For callers with a set of their own: used instead of fn and seen (both NULL, and
	 * children_first false). *first false: this block, with all below it, was passed before. */
	vv_status (*mark)(void *payload, const vv_cid *cid, const vv_cid *like, bool *first,
			  vv_error *err);
} vv_resemble;
vv_status vv_resemble_walk(const vv_resemble *w, const vv_cid *root, const vv_cid *before,
			   vv_error *err);

#endif
