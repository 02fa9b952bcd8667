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
	const char *to;   /* the local ref; NULL: fetched for this command only */
	/* the old and the new id; old null: new here; id null: the remote's ref is gone (pruned) */
	vv_oid old, id;
	bool force;     /* moves that are not fast-forwards are allowed */
	bool refused;   /* not a fast-forward, and not forced */
	bool behind;    /* not moved: it reaches versions that no peer has */
	bool for_merge; /* pull merges this ref */
	bool done;      /* the local ref has its new value */
	bool is_signed; /* from another peer; a signed head names signed_id for it */
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
/* Finds the move of the remote's ref `from`; borrowed. NULL: no such move. */
const vv_ref_move *vv_ref_plan_find(const vv_ref_plan *p, const char *from);
/* Returns the commit of the remote's detached HEAD, if it was fetched completely and is
 * permitted; else NULL. */
const vv_oid *vv_ref_plan_detached(const vv_ref_plan *p);

/* Sets the id that the ref is moved to, replacing the remote's id. */
void vv_ref_move_to(vv_ref_move *m, const vv_oid *id);

typedef struct vv_ref_plan_options {
	const vv_refspec *specs; /* refspecs of the command line, else of the remote */
	size_t spec_count;
	/* the remote's refspecs, for tracking branches to update, too; may be empty */
	const vv_refspec *tracking;
	size_t tracking_count;
	bool tags, no_tags, prune, force;
	bool detached;     /* also fetch the commit of a detached HEAD */
	const char *merge; /* "refs/heads/main": the branch that is for_merge; NULL: the first */
} vv_ref_plan_options;

/* Makes the plan. VV_ENOTFOUND: the remote lacks a named ref. */
vv_status vv_ref_plan_make(vv_ref_plan *p, vv_repository *r, const vv_hello *h,
			   const vv_ref_plan_options *o, vv_error *err);
/* Adds tags of the remote whose commits have arrived. */
vv_status vv_ref_plan_follow_tags(vv_ref_plan *p, vv_repository *r, const vv_hello *h,
				  vv_error *err);

/* Adapts the plan to history from another peer than the remote: the remote's refs are written to
 * that peer's folder "refs/remotes/PEER/"; other new refs that the user did not request (asked)
 * are not created. */
vv_status vv_ref_plan_stand_in(vv_ref_plan *p, vv_repository *r, const vv_remote *remote,
			       const char *folder, bool asked, vv_error *err);

/* Does the move change a ref? */
bool vv_ref_moves(const vv_ref_move *m);
/* Checks that no branch which a work tree has checked out would move. VV_EREFUSED. */
vv_status vv_ref_plan_check_current(vv_ref_plan *p, vv_repository *r, vv_error *err);
/* Lists the planned changes of refs; *out is owned by the caller. forward false: refs that may
 * move in any case, which change together with the blocks, all or none. forward true: refs that
 * may only fast-forward, which is known once the commits are here; other moves are marked as
 * refused. may_be_older: the copy may be older than this repository, so a ref that would move
 * back is skipped. */
vv_status vv_ref_plan_changes(vv_ref_plan *p, vv_repository *r, bool forward, bool may_be_older,
			      vv_ref_change **out, size_t *count, vv_error *err);
/* Marks the move of the local ref `to` as done. */
void vv_ref_plan_done(vv_ref_plan *p, const char *to);
size_t vv_ref_plan_count_done(const vv_ref_plan *p);
/* Prints a note for each move, as git fetch does. */
void vv_ref_plan_print(const vv_ref_plan *p, vv_repository *r, const char *url, bool quiet);
/* Writes FETCH_HEAD, as git-fetch does. url: the source of the history. */
vv_status vv_ref_plan_write(const vv_ref_plan *p, vv_repository *r, const char *url, vv_error *err);

#endif
