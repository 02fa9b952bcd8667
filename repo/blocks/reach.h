/*
 * reach: walks from a block to all linked blocks.
 *
 * A walk follows links (DAG-CBOR tag 42), and knows nothing of tables. It is iterative, visits each
 * CID once, and is limited by a budget of blocks. Raw blocks have no links and are not read.
 */
#ifndef VV_REPO_BLOCKS_REACH_H
#define VV_REPO_BLOCKS_REACH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/store.h"

typedef struct vv_cid_set vv_cid_set;
vv_cid_set *vv_cid_set_new(void);
void vv_cid_set_free(vv_cid_set *set);
VV_AUTO_FREE(vv_cid_set, vv_cid_set_free)
vv_status vv_cid_set_add(vv_cid_set *set, const vv_cid *cid, bool *added, vv_error *err);
bool vv_cid_set_has(const vv_cid_set *set, const vv_cid *cid);
uint64_t vv_cid_set_count(const vv_cid_set *set);
const vv_cid *vv_cid_set_at(const vv_cid_set *set, size_t i); /* in order of addition; borrowed */

typedef struct vv_walk {
	vv_store *store;
	vv_cid_set *seen; /* CIDs to skip; visited CIDs are added. NULL: a set for one call */
	const vv_cid_set *known; /* further CIDs to skip; may be NULL */
	uint64_t budget; /* blocks that may still be visited; VV_EREFUSED when it is used up */
	bool missing_ok; /* continue past missing and damaged blocks */
	/* Called once for each CID, nodes before their children; may be NULL. bytes and len are the
	 * block of a node, or NULL and 0 for a raw block, which is not read. state is VV_OK, or, if
	 * missing_ok is set, also VV_EMISSING or VV_ECORRUPT. */
	vv_status (*visit)(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			   vv_status state, vv_error *err);
	void *payload;
} vv_walk;

vv_status vv_walk_from(vv_walk *w, const vv_cid *root, vv_error *err);

/* Sets *complete to whether the store has root and all blocks below root. If not, sets *missing to
 * the first missing CID. */
vv_status vv_store_complete(vv_store *s, const vv_cid *root, bool *complete, vv_cid *missing,
			    vv_error *err);

/* Checks many similar versions as vv_store_complete does, but visits blocks that are known to be
 * complete only once. A correct caller: set store and zero the other members; vv_completing_add for
 * each root; vv_completing_clear. */
typedef struct vv_completing {
	vv_store *store;
	/* CIDs that the store has with all blocks below them; NULL: no root was added yet */
	vv_cid_set *whole;
	uint64_t looked; /* number of blocks visited so far */
} vv_completing;
vv_status vv_completing_add(vv_completing *c, const vv_cid *root, bool *complete, vv_error *err);
void vv_completing_clear(vv_completing *c);
VV_AUTO_CLEAR(vv_completing, vv_completing_clear)

#endif
