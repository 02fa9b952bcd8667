/*
 * reach: walks from a block to all linked blocks.
 *
 * Follows links (DAG-CBOR tag 42), without knowledge of tables. Iterative; each CID once; bounded
 * by a budget of blocks. A raw block has no links and is read only on request.
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
const vv_cid *vv_cid_set_at(const vv_cid_set *set, size_t i); /* i-th that was added; borrowed */

typedef struct vv_walk {
	vv_store *store;
	vv_cid_set *seen;        /* CIDs already visited are not entered; new ones are added */
	const vv_cid_set *known; /* these are not entered either, or NULL */
	uint64_t budget; /* blocks that may still be visited; VV_EREFUSED when it is used up */
	bool missing_ok; /* continue past blocks that are missing here */
	/* Called once for each CID, nodes before their children; state VV_OK or
	 * VV_EMISSING / VV_ECORRUPT (only with missing_ok). For nodes bytes/len are
	 * the block; for raw blocks NULL, 0, and they are not read. May be NULL. */
	vv_status (*visit)(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			   vv_status state, vv_error *err);
	void *payload;
} vv_walk;

vv_status vv_walk_from(vv_walk *w, const vv_cid *root, vv_error *err);

/* Is everything below root here? *missing gets the first one that is not. */
vv_status vv_store_complete(vv_store *s, const vv_cid *root, bool *complete, vv_cid *missing,
			    vv_error *err);

/* The same for many similar versions: parts found complete are not visited again. Set store, zero the rest; add any
 * number of times, then clear. */
typedef struct vv_completing {
	vv_store *store;
	vv_cid_set *whole;
	uint64_t looked; /* blocks that were looked at so far */
} vv_completing;
vv_status vv_completing_add(vv_completing *c, const vv_cid *root, bool *complete, vv_error *err);
void vv_completing_clear(vv_completing *c);
VV_AUTO_CLEAR(vv_completing, vv_completing_clear)

#endif
