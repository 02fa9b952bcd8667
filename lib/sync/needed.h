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

/* The name of the environment variable that disables fetching (vv_needed). */
#define VV_OFFLINE_VAR "VARVE_OFFLINE"
/* One value = a fetcher of versions, by their roots, when they are needed: git fetches commits
 * without blocks, but a checkout needs the data. For a linked table, it tries the table's source
 * first. Then it tries the default remote of the branch, and then other remotes, at most 8 in
 * total. Connections remain open; an unreachable remote is tried only once. Fetching is disabled if
 * varve.autoFetch is false, or if the repository's environment has VV_OFFLINE_VAR (--offline). */
typedef struct vv_needed vv_needed;
/* Returns a new fetcher for r, which does not connect yet; NULL if out of memory. */
vv_needed *vv_needed_new(vv_repository *r);
/* Does what vv_needed_new does, but the fetcher ignores varve.autoFetch and --offline, because the
 * user requested the fetch. */
vv_needed *vv_needed_new_asked(vv_repository *r);
#define VV_NEEDED_FROM_MAX 8u /* maximum number of remotes of vv_needed_new_from */
/* Does what vv_needed_new does, but the fetcher uses only these remotes (names or URLs, which are
 * copied), at most VV_NEEDED_FROM_MAX, and ignores varve.autoFetch and --offline. */
vv_needed *vv_needed_new_from(vv_repository *r, const vv_strings *names);
/* Sets the receiver of progress, which may cancel. `progress` is borrowed until vv_needed_free. */
void vv_needed_watch(vv_needed *n, const vv_progress *progress);
/* Also fetches data that was erased (repo/known/erased.h), to search it. */
void vv_needed_allow_erased(vv_needed *n);
/* Sets the number of seconds without data after which a peer is given up, as --timeout does; 0: the
 * default. Call this function before the first fetch. */
void vv_needed_idle(vv_needed *n, uint64_t idle_sec);
/* Frees n; accepts NULL. First removes from the list of versions that are stored elsewhere
 * (repo/known/elsewhere.h) those that n fetched, or that were passed to vv_needed_is_here. Ignores
 * failures. */
void vv_needed_free(vv_needed *n);
VV_AUTO_FREE(vv_needed, vv_needed_free)
/* Records that the version *root is complete in this repository without a fetch, so that
 * vv_needed_free removes it from the list of versions that are stored elsewhere. */
vv_status vv_needed_is_here(vv_needed *n, const vv_cid *root, vv_error *err);
/* Fetches the version *root, and stores its root and all blocks below the root here. A fetcher of
 * vv_needed_new contacts no remote for a version that has expired, unless the tree of a ref has it.
 * VV_EMISSING: no remote has the complete version, there is no remote, or fetching is disabled. Otherwise fails
 * with the error of the last remote, or of the source of a linked table. Sets err->gap to
 * VV_GAP_LOST if no remote and no other place has the version. */
vv_status vv_needed_fetch(vv_needed *n, const vv_cid *root, vv_error *err);
#define VV_NEEDED_AT_ONCE 256u /* maximum number of blocks in one request */
/* One value = one request for single blocks. */
typedef struct vv_needed_blocks {
	const vv_cid *cids; /* the blocks */
	size_t count;       /* at most VV_NEEDED_AT_ONCE */
	/* Appends to *out the block *cid, which `take` has received before. */
	vv_status (*get)(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err);
	/* Receives each block, after it was checked; not called for missing or damaged blocks. */
	vv_status (*take)(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			  vv_error *err);
	void *payload;
} vv_needed_blocks;
/* Fetches the blocks `what`, without storing them, from the first remote only: a peer, or the store
 * of a Git host. The connection remains open. VV_OK does not mean that all blocks came: missing and
 * damaged blocks are left out. VV_ENOSUPPORT: the remote cannot be reached or does not serve single
 * blocks, fetching is disabled, or the exchange with a peer failed, also in get or take. The caller
 * may then call vv_needed_fetch, which tries other remotes. */
vv_status vv_needed_get(vv_needed *n, const vv_needed_blocks *what, vv_error *err);
/* Call this function after vv_needed_fetch has failed for the version *root. Returns true if the
 * caller should leave the pointer in place of the file, and not report an error. This is so in two
 * cases. Fetching is disabled, and the version is recorded as stored elsewhere. Or fetching is
 * enabled, and the version belongs to a linked table, whose blocks stay at their source
 * (repo/known/elsewhere.h). */
bool vv_needed_unwanted(vv_needed *n, const vv_cid *root);
/* Closes all Git hosts; the next fetch opens them again. While a Git host is open, its scratch
 * folder is locked. Call this function before waiting for other processes or for the user. */
void vv_needed_rest(vv_needed *n);
/* Returns the source of the last fetched version, for messages; NULL if none was fetched. Borrowed
 * until the next vv_needed_fetch. */
const char *vv_needed_by(const vv_needed *n);

#endif
