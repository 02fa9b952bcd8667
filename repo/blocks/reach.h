/*
 * reach: visits all blocks that can be reached from a block by links.
 *
 * A node is a DAG-CBOR block, which can have links to other blocks. A walk follows links (DAG-CBOR
 * tag 42), whatever the blocks contain. It is iterative, visits each CID once, and is limited by a
 * budget of blocks. Raw blocks have no links and are not read.
 */
#ifndef VV_REPO_BLOCKS_REACH_H
#define VV_REPO_BLOCKS_REACH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/cid_map.h"
#include "repo/blocks/store.h"

/* A set of CIDs, which remembers the order of addition; empty if all members are 0. */
typedef struct vv_cid_map vv_cid_set;
vv_cid_set *vv_cid_set_new(void);      /* an empty set; NULL: out of memory */
void vv_cid_set_free(vv_cid_set *set); /* accepts NULL */
VV_AUTO_FREE(vv_cid_set, vv_cid_set_free)
void vv_cid_set_reset(vv_cid_set *set); /* removes all CIDs, and frees their memory */
/* Adds cid. Sets *added to true if cid is new in the set, and to false otherwise. added may be
 * NULL. */
vv_status vv_cid_set_add(vv_cid_set *set, const vv_cid *cid, bool *added, vv_error *err);
/* Adds cid to set, which is a vv_cid_set *. The parameter is a void *, so that this function can be
 * passed to functions such as vv_cbor_links as their callback. */
vv_status vv_cid_set_note(void *set, const vv_cid *cid, vv_error *err);
bool vv_cid_set_has(const vv_cid_set *set, const vv_cid *cid);
uint64_t vv_cid_set_count(const vv_cid_set *set);             /* number of CIDs */
const vv_cid *vv_cid_set_at(const vv_cid_set *set, size_t i); /* in order of addition; borrowed */

/* How to walk, and the state of the walk. */
typedef struct vv_walk {
	vv_store *store;  /* the store to read nodes from */
	vv_cid_set *seen; /* CIDs to skip; visited CIDs are added. NULL: a set for one call */
	const vv_cid_set *known; /* further CIDs to skip; may be NULL */
	uint64_t budget;         /* number of blocks that may still be visited */
	bool missing_ok;         /* continue past missing and damaged blocks */
	/* Called once for each CID, nodes before their children; may be NULL. bytes and len are the
	 * block of a node; NULL and 0: a raw block, which is not read, or a missing or damaged
	 * node. state is VV_OK; with missing_ok, it can also be VV_EMISSING or VV_ECORRUPT. */
	vv_status (*visit)(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			   vv_status state, vv_error *err);
	void *payload;
} vv_walk;

/* Visits root and all blocks below it, except for blocks in w->seen and w->known. VV_EREFUSED: the
 * budget is used up. Other errors are those of vv_store_get and w->visit. */
vv_status vv_walk_from(vv_walk *w, const vv_cid *root, vv_error *err);

/* Sets *complete to true if the store has root and all blocks below root. If not, sets *complete to
 * false, and *missing to the CID of the first block that is missing or damaged. missing may be
 * NULL. Leaves are only looked up, not read. */
vv_status vv_store_complete(vv_store *s, const vv_cid *root, bool *complete, vv_cid *missing,
			    vv_error *err);

/* The state of checks of many similar roots, in which a block below several roots is visited only
 * once. A correct caller: set store and zero the other members; vv_completing_add for each root;
 * vv_completing_clear. */
typedef struct vv_completing {
	vv_store *store;
	vv_cid_set whole; /* CIDs that the store has with all blocks below them */
	uint64_t looked;  /* number of blocks visited so far */
} vv_completing;
/* Sets *complete to true if the store has root and all blocks below root, and to false if one of
 * them is missing or damaged. */
vv_status vv_completing_add(vv_completing *c, const vv_cid *root, bool *complete, vv_error *err);
void vv_completing_clear(vv_completing *c);
VV_AUTO_CLEAR(vv_completing, vv_completing_clear)

#endif
