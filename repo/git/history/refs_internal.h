/*
 * refs_internal: moving HEAD, and the reflog.
 */
#ifndef VV_REPO_GIT_HISTORY_REFS_INTERNAL_H
#define VV_REPO_GIT_HISTORY_REFS_INTERNAL_H

#include "repo/git/history/refs.h"
#include "repo/git/repository_internal.h"

/* Moves what HEAD stands for: its branch, or HEAD itself when detached. old: the
 * commit it must be at (a null id: an unborn branch). */
vv_status vv_head_move(vv_repository *r, const vv_oid *id, const vv_oid *old, const char *message,
		       vv_error *err);

/* Where HEAD in this Git folder (of any worktree) is on branch `from`, it is on `to` after. Durable. */
vv_status vv_head_follow(vv_repository *r, const char *gitdir, const char *from, const char *to,
			 vv_error *err);

/* A new ref in packed-refs, durably, without a log. There its name may have that of another ref
 * as its beginning, or the other way round: `except`, which is to be deleted next. */
vv_status vv_ref_make_packed(vv_repository *r, const char *name, const vv_oid *id,
			     const char *except, vv_error *err);

/* Takes a ref out of packed-refs; one that is not there is fine. */
vv_status vv_ref_drop_packed(vv_repository *r, const char *name, vv_error *err);

/* A line of a ref's log. */
void vv_reflog_put(vv_buf *out, vv_repository *r, const vv_oid *from, const vv_oid *to,
		   const char *message);

#endif
