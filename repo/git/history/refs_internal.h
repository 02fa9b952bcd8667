/*
 * refs_internal: moves HEAD.
 */
#ifndef VV_REPO_GIT_HISTORY_REFS_INTERNAL_H
#define VV_REPO_GIT_HISTORY_REFS_INTERNAL_H

#include "repo/git/history/refs.h"
#include "repo/git/repository_internal.h"

/* Moves HEAD's branch, or a detached HEAD, to the commit id. old: the current value that the branch
 * or HEAD must have; a null id: the branch must not exist yet; NULL: any value. message is written
 * to the reflog. The errors are those of vv_refs_update. */
vv_status vv_head_move(vv_repository *r, const vv_oid *id, const vv_oid *old, const char *message,
		       vv_error *err);

#endif
