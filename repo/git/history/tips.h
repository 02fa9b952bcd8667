/*
 * tips: lists every object id in the refs, reflogs and state files of the Git folders. In reflogs
 * and state files, any 40 hex digits count as an id. Internal.
 */
#ifndef VV_REPO_GIT_HISTORY_TIPS_H
#define VV_REPO_GIT_HISTORY_TIPS_H

#include "repo/git/repository_internal.h"

/* Where an id is. */
typedef enum vv_tip_kind {
	VV_TIP_REF,   /* in a ref or HEAD: the object must exist */
	VV_TIP_STATE, /* in a state file, or packed behind a loose ref: the object may be missing */
	VV_TIP_LOG    /* in a reflog: the object may be missing */
} vv_tip_kind;

/* Is called for an object id. where: the file, for messages. A failure ends the call of
 * vv_tips_each. */
typedef vv_status (*vv_tip_fn)(void *payload, const git_oid *id, vv_tip_kind kind,
			       const char *where, vv_error *err);

/* Calls fn for the ids in refs (loose and packed), HEAD and other state files, and reflogs of all
 * work trees. May call fn several times for an id. Reads the files itself, since libgit2 sees only
 * one work tree. VV_ECORRUPT: a loose ref is damaged. */
vv_status vv_tips_each(vv_repository *r, vv_tip_fn fn, void *payload, vv_error *err);

/* Appends the paths of the Git folders of all work trees to out, the common folder first. */
vv_status vv_worktree_gitdirs(vv_repository *r, vv_string_list *out, vv_error *err);

#endif
