/*
 * reachable: objects and versions that branches and tags reach, for clients that may see no more.
 *
 * What was published (published.h) is reached, too. A stash, a reflog, ORIG_HEAD, a commit that was taken off its branch, a ref that is hidden
 * (hidden_refs.h): nothing that only these reach is here. History is walked from the newest commit
 * down, no further than a question needs, and what was walked is remembered: a question about what
 * is new costs little, and one about what is not reached costs one walk of the whole history as long
 * as the refs only move forward. A ref that goes back or away makes it forget.
 *
 * Functions may be called from several threads; one works at a time.
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

/* Of the repository in that very folder, which is opened at the first question, in env (copied). NULL: out of
 * memory. */
vv_reachable *vv_reachable_new(const char *path, const vv_env *env);
void vv_reachable_free(vv_reachable *x); /* accepts NULL */
VV_AUTO_FREE(vv_reachable, vv_reachable_free)

/* Which of these commits (or annotated tags) do the refs reach as they are now? Ids of objects that
 * are missing here are not reached. */
vv_status vv_reachable_commits(vv_reachable *x, const vv_oid *ids, size_t count, bool *out,
			       vv_error *err);

/* Which of these blocks belong to a version of a table in a commit that they reach, or to one that
 * was published (published.h)? */
vv_status vv_reachable_blocks(vv_reachable *x, const vv_cid *cids, size_t count, bool *out,
			      vv_error *err);

#endif
