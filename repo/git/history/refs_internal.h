/*
 * refs_internal: moving HEAD.
 */
#ifndef VV_REPO_GIT_HISTORY_REFS_INTERNAL_H
#define VV_REPO_GIT_HISTORY_REFS_INTERNAL_H

#include "repo/git/history/refs.h"
#include "repo/git/repository_internal.h"

/* Moves HEAD's branch, or HEAD itself when detached. old: the commit it must be at (a null id: an
 * unborn branch). */
vv_status vv_head_move(vv_repository *r, const vv_oid *id, const vv_oid *old, const char *message,
		       vv_error *err);

#endif
