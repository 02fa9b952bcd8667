/*
 * tips: every object id that something in the Git folders names. Internal.
 */
#ifndef VV_REPO_GIT_HISTORY_TIPS_H
#define VV_REPO_GIT_HISTORY_TIPS_H

#include "repo/git/repository_internal.h"

/* hard: a ref or HEAD, which must exist; else an entry of a reflog or a state file,
 * whose object may be gone. where is the file, for messages. */
typedef vv_status (*vv_tip_fn)(void *payload, const git_oid *id, bool hard, const char *where,
			       vv_error *err);

/* Refs (loose and packed), HEADs and other state files, and reflogs of all
 * worktrees. Read from the files and not through libgit2, which sees one worktree. */
vv_status vv_tips_each(vv_repository *r, vv_tip_fn fn, void *payload, vv_error *err);

/* The Git folders of all worktrees, the common one first, appended. */
vv_status vv_worktree_gitdirs(vv_repository *r, vv_string_list *out, vv_error *err);

#endif
