/*
 * reachable: determines which commits and versions are reachable from branches, tags and signed
 * heads that are not hidden (vv_ref_is_served), or from refs that the newest of these heads list
 * (head_refs.h) and that are not hidden. A server sends only these to clients.
 *
 * Published versions (published.h) count as reachable. Commits do not count if only a stash, a
 * reflog, ORIG_HEAD or a hidden ref (hidden_refs.h) reaches them, or if they were removed from their
 * branch.
 *
 * A request walks the history from the newest commits only as far as it must, and the next request
 * continues the walk. A request about a new commit is therefore cheap; a request about an
 * unreachable commit costs one walk of the history. The walk begins again if a ref moves back or is
 * removed, if a published version is withdrawn, or if the repository's configuration changes.
 *
 * Several threads may call these functions; the calls run one after the other.
 */
#ifndef VV_REPO_KNOWN_REACHABLE_H
#define VV_REPO_KNOWN_REACHABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/history/refs.h"
#include "repo/git/repository.h"

typedef struct vv_reachable vv_reachable;

/* Makes a vv_reachable for the repository in the folder path itself (vv_repository_open_exactly).
 * The first request opens the repository. env is copied. Returns NULL if memory runs out. */
vv_reachable *vv_reachable_new(const char *path, const vv_env *env);
void vv_reachable_free(vv_reachable *x); /* accepts NULL */
VV_AUTO_FREE(vv_reachable, vv_reachable_free)

/* Makes only the signed heads, and the refs in the newest lists, count as refs, and no published
 * versions. Call this function before the first request. The heads of the repository must be valid. */
void vv_reachable_only_signed(vv_reachable *x);
bool vv_reachable_is_only_signed(const vv_reachable *x);
/* After vv_reachable_only_signed: calls fn for each ref in the lists of the newest heads, with its id
 * in the list, if its object is stored, and then for each head. A ref that several lists have is passed
 * several times. fn must not call functions of x. */
vv_status vv_reachable_each_signed(vv_reachable *x, vv_ref_fn fn, void *payload, vv_error *err);

/* For each of the count ids, sets out[i] to true if ids[i], a commit or an annotated tag, is
 * reachable from the current refs, else to false. A missing object is not reachable. */
vv_status vv_reachable_commits(vv_reachable *x, const vv_oid *ids, size_t count, bool *out,
			       vv_error *err);

/* For each of the count cids, sets out[i] to true if the block cids[i] is stored, and belongs to a
 * version in a reachable commit or to a published version; else to false. */
vv_status vv_reachable_blocks(vv_reachable *x, const vv_cid *cids, size_t count, bool *out,
			      vv_error *err);

#endif
