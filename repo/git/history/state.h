/*
 * state: the operation under way in this worktree, by Git's own state files.
 */
#ifndef VV_REPO_GIT_HISTORY_STATE_H
#define VV_REPO_GIT_HISTORY_STATE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Is a merge, rebase ... under way? name is "" when none ("merge", "rebase", "cherry-pick",
 * "revert", "bisect", "am"). merge_heads are appended as parents by commit; cleanup removes
 * MERGE_HEAD, MERGE_MSG ... as git commit does (a rebase or bisect continues). */
const char *vv_state_name(vv_repository *r);
/* The same for people: "update" of a cherry-pick that took the commit named with begin_update. */
const char *vv_state_shown(vv_repository *r);
vv_status vv_state_merge_heads(vv_repository *r, vv_oid **out, size_t *count,
			       vv_error *err); /* vv_free */
vv_status vv_state_message(vv_repository *r, vv_buf *out,
			   vv_error *err); /* MERGE_MSG; empty when none */
vv_status vv_state_cleanup(vv_repository *r, vv_error *err);
/* The same where nothing was committed: until all else is removed the operation is under way. */
vv_status vv_state_abandon(vv_repository *r, vv_error *err);
/* Makes the state of a merge, cherry-pick or revert in progress durable. */
vv_status vv_state_sync(vv_repository *r, vv_error *err);

/* Begins a revert or cherry-pick of one commit: kind is "revert" or "cherry-pick". */
vv_status vv_state_begin_pick(vv_repository *r, const char *kind, const vv_oid *commit,
			      const char *message, vv_error *err);
/* A cherry-pick of this commit, which may begin next, is an update. */
vv_status vv_state_begin_update(vv_repository *r, const vv_oid *commit, vv_error *err);
void vv_state_drop_update(
	vv_repository *r); /* of an update that did not come so far that a pick is under way */

#endif
