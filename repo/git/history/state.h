/*
 * state: reads, begins and ends the operation in progress in this work tree (a merge, rebase or
 * similar), which Git records in state files.
 */
#ifndef VV_REPO_GIT_HISTORY_STATE_H
#define VV_REPO_GIT_HISTORY_STATE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Returns the name of the operation in progress, a constant: "merge", "rebase", "cherry-pick",
 * "revert", "bisect" or "am"; "" if no operation is in progress. */
const char *vv_state_name(vv_repository *r);
/* Returns the operation's name for messages: "update" for a cherry-pick of the commit of
 * vv_state_begin_update; else as vv_state_name. */
const char *vv_state_shown(vv_repository *r);
/* Checks that no operation is in progress. VV_EREFUSED: one is, and `needs`, such as "needs the old
 * commits". */
vv_status vv_state_need_none(vv_repository *r, const char *needs, vv_error *err);
/* Reads MERGE_HEAD, and sets *out to an array of its *count ids: the further parents that the merge
 * commit will have. The caller frees *out with vv_free. If the file does not exist, *count is 0. */
vv_status vv_state_merge_heads(vv_repository *r, vv_oid **out, size_t *count, vv_error *err);
/* Appends the content of MERGE_MSG to out; nothing if the file does not exist. */
vv_status vv_state_message(vv_repository *r, vv_buf *out, vv_error *err);
/* Removes MERGE_HEAD, MERGE_MSG and the other files that git commit removes, after a commit. A
 * rebase or bisect continues. */
vv_status vv_state_cleanup(vv_repository *r, vv_error *err);
/* Removes the same files as vv_state_cleanup does, in the opposite order, for an operation that
 * ends without a commit: an operation is in progress as long as MERGE_HEAD, CHERRY_PICK_HEAD or
 * REVERT_HEAD exists. */
vv_status vv_state_abandon(vv_repository *r, vv_error *err);
/* Makes the state files of a merge, cherry-pick or revert in progress, and their folder,
 * durable. */
vv_status vv_state_sync(vv_repository *r, vv_error *err);

/* Writes the state files of a revert or cherry-pick of one commit. kind: "revert" or "cherry-pick".
 * message: the content of MERGE_MSG. vv_state_sync makes the files durable. */
vv_status vv_state_begin_pick(vv_repository *r, const char *kind, const vv_oid *commit,
			      const char *message, vv_error *err);
/* Records that a cherry-pick of this commit is an update. Call this before the cherry-pick
 * begins. */
vv_status vv_state_begin_update(vv_repository *r, const vv_oid *commit, vv_error *err);
/* Removes the record of vv_state_begin_update, unless a cherry-pick is in progress. */
void vv_state_drop_update(vv_repository *r);

#endif
