/*
 * reachable: determines which objects and versions are reachable from branches and tags. Clients
 * may see only these.
 *
 * Published versions (published.h) are reachable, too. Objects that are reachable only from a
 * stash, a reflog, ORIG_HEAD, a hidden ref (hidden_refs.h), or a commit removed from its branch are
 * treated as not reachable. A request walks the history from the newest commits only as far as
 * needed, and later requests continue the walk: a request about a new commit costs little, and a
 * request about an unreachable commit costs one walk of the whole history. If a ref moves back or
 * is removed, the walk begins again.
 *
 * Functions can be called by several threads; the calls are executed one after the other.
 */
#ifndef VV_REPO_KNOWN_REACHABLE_H
#define VV_REPO_KNOWN_REACHABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

typedef struct vv_reachable vv_reachable;

/* Makes a vv_reachable for the repository in exactly the folder path. The first request opens the
 * repository. env is copied. Returns NULL if memory runs out. */
vv_reachable *vv_reachable_new(const char *path, const vv_env *env);
void vv_reachable_free(vv_reachable *x); /* accepts NULL */
VV_AUTO_FREE(vv_reachable, vv_reachable_free)

/* Sets out[i] to true if ids[i], a commit or annotated tag, is reachable from the current refs.
 * Missing objects are not reachable. */
vv_status vv_reachable_commits(vv_reachable *x, const vv_oid *ids, size_t count, bool *out,
			       vv_error *err);

/* Sets out[i] to true if the block cids[i] belongs to a version in a reachable commit, or to a
 * published version. */
vv_status vv_reachable_blocks(vv_reachable *x, const vv_cid *cids, size_t count, bool *out,
			      vv_error *err);

#endif
