/*
 * reachable: objects and versions that branches and tags reach, for clients that may see no more.
 *
 * Published versions (published.h) are reached, too. Excluded is everything reachable only from a stash, reflog, ORIG_HEAD, a
 * commit removed from its branch, or a hidden ref (hidden_refs.h). History is walked from the newest commit down, as far as a
 * question needs, and the walk is remembered: a question about a new commit costs little; one about an unreachable commit costs
 * one walk of the whole history, as long as the refs only move forward. A ref that moves back or is removed resets this.
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

/* For the repository in exactly this folder, opened at the first question, in env (copied). NULL: out of
 * memory. */
vv_reachable *vv_reachable_new(const char *path, const vv_env *env);
void vv_reachable_free(vv_reachable *x); /* accepts NULL */
VV_AUTO_FREE(vv_reachable, vv_reachable_free)

/* Which of these commits (or annotated tags) are reachable from the current refs? Ids of objects
 * that are missing here are not reached. */
vv_status vv_reachable_commits(vv_reachable *x, const vv_oid *ids, size_t count, bool *out,
			       vv_error *err);

/* Which of these blocks belong to a version of a table in a commit that they reach, or to one that
 * was published (published.h)? */
vv_status vv_reachable_blocks(vv_reachable *x, const vv_cid *cids, size_t count, bool *out,
			      vv_error *err);

#endif
