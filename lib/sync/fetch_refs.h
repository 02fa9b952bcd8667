/*
 * fetch_refs: maps a remote's refs to the ids to fetch and the local refs to move.
 */
#ifndef VV_LIB_SYNC_FETCH_REFS_H
#define VV_LIB_SYNC_FETCH_REFS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/error.h"
#include "lib/remotes/remote.h"
#include "repo/git/history/refs.h"
#include "transport/protocol/message.h"

typedef struct vv_ref_move {
	const char *from; /* the remote's ref */
	const char *to;   /* here; NULL: fetched for this command alone */
	vv_oid old, id;   /* old null: new here; id null: gone there (pruned) */
	bool force;       /* may be moved otherwise than forward */
	bool refused;     /* not a fast-forward, and not forced */
	bool behind;      /* it reaches versions that no peer has */
	bool for_merge;   /* what pull merges */
	bool done;        /* it has its new value */
	bool is_signed;   /* another peer's, of which a signed head names signed_id */
	vv_oid signed_id;
} vv_ref_move;

typedef struct vv_ref_plan {
	vv_arena arena;
	vv_ref_move *moves;
	size_t count, cap;
} vv_ref_plan;
void vv_ref_plan_init(vv_ref_plan *p);
void vv_ref_plan_clear(vv_ref_plan *p);
VV_AUTO_CLEAR(vv_ref_plan, vv_ref_plan_clear)
/* The move of this name on the remote; NULL: none. */
const vv_ref_move *vv_ref_plan_find(const vv_ref_plan *p, const char *from);
/* The commit of a HEAD there that names no branch, if it came whole and may be taken; else NULL. */
const vv_oid *vv_ref_plan_detached(const vv_ref_plan *p);

/* Sets the id that it moves to, in place of the remote's. */
void vv_ref_move_to(vv_ref_move *m, const vv_oid *id);

typedef struct vv_ref_plan_options {
	const vv_refspec *specs; /* the command line's, else the remote's */
	size_t spec_count;
	const vv_refspec *tracking; /* the remote's: what else is to follow; may be none */
	size_t tracking_count;
	bool tags, no_tags, prune, force;
	bool detached;     /* the commit of a HEAD that names no branch, too */
	const char *merge; /* "refs/heads/main": the branch that is for_merge; NULL: the first */
} vv_ref_plan_options;

/* VV_ENOTFOUND: a named ref is not there. */
vv_status vv_ref_plan_make(vv_ref_plan *p, vv_repository *r, const vv_hello *h,
			   const vv_ref_plan_options *o, vv_error *err);
/* Adds tags of the remote whose commits have arrived. */
vv_status vv_ref_plan_follow_tags(vv_ref_plan *p, vv_repository *r, const vv_hello *h,
				  vv_error *err);

/* The history comes from another peer than the remote: the remote's refs are written to that peer's folder
 * "refs/remotes/PEER/"; other new names of the plan that the user did not request are not made. */
vv_status vv_ref_plan_stand_in(vv_ref_plan *p, vv_repository *r, const vv_remote *remote,
			       const char *folder, bool asked, vv_error *err);

/* A note for each move, as git fetch has them. */
bool vv_ref_moves(const vv_ref_move *m);
/* VV_EREFUSED: it moves a branch that a work tree has checked out. */
vv_status vv_ref_plan_check_current(vv_ref_plan *p, vv_repository *r, vv_error *err);
/* The planned changes, owned by the caller: those that may move in any case, together with the blocks, all or none; or, with
 * forward, those that may only fast-forward, which is known when the commits have arrived. Others are refused; if the copy may
 * be older, an older ref is skipped. */
vv_status vv_ref_plan_changes(vv_ref_plan *p, vv_repository *r, bool forward, bool may_be_older,
			      vv_ref_change **out, size_t *count, vv_error *err);
/* Marks the ref as moved. */
void vv_ref_plan_done(vv_ref_plan *p, const char *to);
size_t vv_ref_plan_count_done(const vv_ref_plan *p);
void vv_ref_plan_print(const vv_ref_plan *p, vv_repository *r, const char *url, bool quiet);
/* FETCH_HEAD, as git-fetch writes it. url: where the history came from. */
vv_status vv_ref_plan_write(const vv_ref_plan *p, vv_repository *r, const char *url, vv_error *err);

#endif
