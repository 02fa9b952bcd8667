/*
 * resemble: new blocks of one version against another, and the block that each resembles.
 *
 * Knows links, not tables: the nodes of both are compared link by link; links that both have
 * anchor the rest, which pair up by position between the anchors. gc and transport use it.
 */
#ifndef VV_REPO_BLOCKS_RESEMBLE_H
#define VV_REPO_BLOCKS_RESEMBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/reach.h"

/* Reads a block: the store, or the store and what is incoming. VV_EMISSING. */
typedef vv_status (*vv_block_get_fn)(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err);

/* Called once for every block below root (itself included) that `seen` has not and that
 * `before` does not link to from the node that this one's parent resembles; children before
 * their node when children_first, else nodes first. like: null when nothing resembles it.
 * Each CID given is added to seen. before null: everything below root that seen lacks.
 * *missing (may be NULL) counts nodes that could not be had (they are given nevertheless):
 * VV_EMISSING when NULL. Leaves are not read. A node of before that cannot be read is
 * resembled by nothing. VV_ECORRUPT: what is below a damaged node cannot be known. */
typedef vv_status (*vv_resemble_fn)(void *payload, const vv_cid *cid, const vv_cid *like,
				    vv_error *err);
typedef struct vv_resemble {
	vv_block_get_fn get;
	vv_resemble_fn fn;
	void *payload; /* of both */
	vv_cid_set *seen;
	bool children_first;
	uint64_t *missing;
	/* For who notes what was given anyway, in the place of fn and seen (both NULL then, and
	 * not children_first): *first false: that one was given before, with all below it. */
	vv_status (*mark)(void *payload, const vv_cid *cid, const vv_cid *like, bool *first,
			  vv_error *err);
} vv_resemble;
vv_status vv_resemble_walk(const vv_resemble *w, const vv_cid *root, const vv_cid *before,
			   vv_error *err);

#endif
