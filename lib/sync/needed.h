/*
 * needed: versions that are fetched the moment that they are needed.
 */
#ifndef VV_LIB_SYNC_NEEDED_H
#define VV_LIB_SYNC_NEEDED_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/text.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* Fetches versions by their roots when they are needed: git fetches commits without blocks, and a checkout
 * needs the data. Uses the remote that the branch follows, then the others; lines stay open, and an unreachable
 * remote is tried once. Off where varve.autoFetch is false, and where the repository's environment has
 * VV_OFFLINE_VAR (--offline). */
#define VV_OFFLINE_VAR "VARVE_OFFLINE"
typedef struct vv_needed vv_needed;
vv_needed *vv_needed_new(vv_repository *r); /* connects later; NULL when out of memory */
/* The same regardless of varve.autoFetch and --offline: the user requested it. */
vv_needed *vv_needed_new_asked(vv_repository *r);
/* Only from these names of remotes, or URLs, regardless of varve.autoFetch. */
vv_needed *vv_needed_new_from(vv_repository *r, const vv_strings *names);
/* Sets the receiver of progress, which may cancel. */
void vv_needed_watch(vv_needed *n, const vv_progress *progress);
/* Versions that came, or that is_here named, are noted as elsewhere no longer, as far as that can be done now
 * (repo/known/elsewhere.h). Accepts NULL. */
void vv_needed_free(vv_needed *n);
VV_AUTO_FREE(vv_needed, vv_needed_free)
/* Is the version complete here without a fetch? */
vv_status vv_needed_is_here(vv_needed *n, const vv_cid *root, vv_error *err);
/* VV_OK: everything below root is stored here. VV_EMISSING: no remote has all of it, none exists,
 * or fetching is off; else the error of the last remote. */
vv_status vv_needed_fetch(vv_needed *n, const vv_cid *root, vv_error *err);
/* Single blocks from the first remote: a peer, or a host's store, which stays open; they are not stored. take receives
 * each, checked; get reads one received in this call. VV_ENOSUPPORT: the remote does not serve single blocks, or has the
 * wrong ones: vv_needed_fetch tries other remotes. */
#define VV_NEEDED_AT_ONCE 256u
typedef struct vv_needed_blocks {
	const vv_cid *cids;
	size_t count; /* at most VV_NEEDED_AT_ONCE */
	vv_status (*get)(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err);
	vv_status (*take)(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			  vv_error *err);
	void *payload;
} vv_needed_blocks;
vv_status vv_needed_get(vv_needed *n, const vv_needed_blocks *what, vv_error *err);
/* After a failed fetch: was it off (as above) for a version left elsewhere, or is it a linked version with another
 * source? Then the version is not missing: its pointer is the wanted content. */
bool vv_needed_unwanted(vv_needed *n, const vv_cid *root);
/* Closes Git hosts, whose scratch folders are locked while they are open; the next fetch opens them
 * again. Call it before waiting for other processes or for the user. */
void vv_needed_rest(vv_needed *n);
/* The source of the last fetched version. */
const char *vv_needed_by(const vv_needed *n);

#endif
