/*
 * tips: lists every object id that a ref, reflog or state file in the Git folders names. Internal.
 */
#ifndef VV_REPO_GIT_HISTORY_TIPS_H
#define VV_REPO_GIT_HISTORY_TIPS_H

#include "repo/git/repository_internal.h"

/* Receives an object id. hard: a ref or HEAD names the object, which must exist; otherwise, a
 * reflog or a state file names it, and the object may be missing. where: the file, for messages. A
 * failure ends the call. */
typedef vv_status (*vv_tip_fn)(void *payload, const git_oid *id, bool hard, const char *where,
			       vv_error *err);

/* Calls fn for the ids in refs (loose and packed), HEAD and other state files, and reflogs of all
 * work trees. Reads the files itself, since libgit2 sees only one work tree. */
vv_status vv_tips_each(vv_repository *r, vv_tip_fn fn, void *payload, vv_error *err);

/* Appends the Git folders of all work trees, the common folder first. */
vv_status vv_worktree_gitdirs(vv_repository *r, vv_string_list *out, vv_error *err);

#endif
