/*
 * needed: fetches versions when they are needed.
 */
#ifndef VV_LIB_SYNC_NEEDED_H
#define VV_LIB_SYNC_NEEDED_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/text.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* Fetches versions by their roots when they are needed: git fetches commits without blocks, and
 * a checkout needs the data. Uses the remote that the branch follows, then the others.
 * Connections stay open; an unreachable remote is tried once. Disabled if varve.autoFetch is
 * false, or if the repository's environment has VV_OFFLINE_VAR (--offline). */
#define VV_OFFLINE_VAR "VARVE_OFFLINE"
typedef struct vv_needed vv_needed;
vv_needed *vv_needed_new(vv_repository *r); /* connects later; NULL when out of memory */
/* Does the same regardless of varve.autoFetch and --offline, since the user requested the fetch. */
vv_needed *vv_needed_new_asked(vv_repository *r);
/* Does the same, but fetches only from these remotes (names or URLs), regardless of
 * varve.autoFetch. */
vv_needed *vv_needed_new_from(vv_repository *r, const vv_strings *names);
/* Sets the receiver of progress, which may cancel. */
void vv_needed_watch(vv_needed *n, const vv_progress *progress);
/* Frees n; accepts NULL. Versions that were fetched, or passed to vv_needed_is_here, are no
 * longer recorded as left elsewhere (repo/known/elsewhere.h), as far as this can be written now. */
void vv_needed_free(vv_needed *n);
VV_AUTO_FREE(vv_needed, vv_needed_free)
/* Notes that the version is complete here without a fetch: vv_needed_free then removes its
 * record as left elsewhere. */
vv_status vv_needed_is_here(vv_needed *n, const vv_cid *root, vv_error *err);
/* Fetches the version. VV_OK: everything below root is stored here. VV_EMISSING: no remote has
 * all of it, no remote exists, or fetching is disabled; else the error of the last remote. */
vv_status vv_needed_fetch(vv_needed *n, const vv_cid *root, vv_error *err);
/* Fetches single blocks from the first remote, a peer or a host's store; it stays open. The
 * blocks are not stored. take receives each block, checked; get reads a block received in this
 * call. VV_ENOSUPPORT: the remote does not serve single blocks, or sent wrong blocks:
 * vv_needed_fetch tries other remotes. */
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
/* After a failed fetch: was fetching disabled for a version left elsewhere, or is the version a
 * linked one with another source? If so, it does not count as missing: its pointer is the wanted
 * content. */
bool vv_needed_unwanted(vv_needed *n, const vv_cid *root);
/* Closes all Git hosts, whose scratch folders are locked while open; the next fetch opens them
 * again. Call it before waiting for other processes or for the user. */
void vv_needed_rest(vv_needed *n);
/* Returns the source of the last fetched version, for messages; borrowed. */
const char *vv_needed_by(const vv_needed *n);

#endif
