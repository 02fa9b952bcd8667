/*
 * fetch_refs: plans a fetch: a list of moves, each with a ref of the remote, the id to fetch for
 * it, and the local ref to move.
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

/* A move. */
typedef struct vv_ref_move {
	const char *from; /* the ref of the remote */
	const char *to;   /* the local ref; NULL: the ref is only fetched */
	/* the old and the new id; old null: the local ref is new; id null: the remote's ref no
	 * longer exists, and the local ref is pruned */
	vv_oid old, id;
	bool force;   /* a move that is not a fast-forward is allowed */
	bool refused; /* the move is not forced, and is not a fast-forward, or would change a tag */
	/* not moved, because no peer has all versions that are reachable from the new id */
	bool behind;
	bool for_merge;    /* pull merges this ref, and FETCH_HEAD lists it first */
	bool done;         /* the local ref has its new value */
	bool unsigned_ref; /* the remote has signed heads, and they do not list its ref */
	/* the history is from another peer, not from the remote, and a signed head
	 * (lib/heads/head.h) lists the ref with the id signed_id */
	bool is_signed;
	vv_oid signed_id;
} vv_ref_move;

/* A plan. */
typedef struct vv_ref_plan {
	vv_arena arena; /* memory of the names */
	vv_ref_move *moves;
	size_t count, cap;
} vv_ref_plan;
void vv_ref_plan_clear(vv_ref_plan *p);
VV_AUTO_CLEAR(vv_ref_plan, vv_ref_plan_clear)
/* Returns the move of the remote's ref `from` in p, borrowed; NULL if there is none. */
const vv_ref_move *vv_ref_plan_find(const vv_ref_plan *p, const char *from);
/* Returns the commit of the remote's detached HEAD, borrowed, if the plan has it, and peers have
 * all its versions; else NULL. */
const vv_oid *vv_ref_plan_detached(const vv_ref_plan *p);

/* Appends to out a sign, a space, and the range from *old to *id. If `forward` is set (a
 * fast-forward), the sign is a space, and the range such as "a1b2c3d..e4f5a6b"; else the sign is
 * '+', and the range such as "a1b2c3d...e4f5a6b". */
void vv_ref_range_put(vv_buf *out, vv_repository *r, const vv_oid *old, const vv_oid *id,
		      bool forward);

/* Makes m move the local ref to *id, instead of the remote's id, and sets m->refused again. */
void vv_ref_move_to(vv_ref_move *m, const vv_oid *id);

/* The options of a plan. */
typedef struct vv_ref_plan_options {
	const vv_refspec *specs; /* refspecs of the command line, or else of the remote */
	size_t spec_count;
	/* refspecs of the remote, for tracking branches to be updated, too; may be empty */
	const vv_refspec *tracking;
	size_t tracking_count;
	/* the options of git fetch with these names */
	bool tags, prune, force;
	bool detached; /* also fetch the commit of a detached HEAD */
	/* the branch to mark as for_merge if a refspec with '*' selects it, such as
	 * "refs/heads/main"; NULL: no such branch is marked. If the first refspec has no '*', its
	 * ref is marked in any case */
	const char *merge;
} vv_ref_plan_options;

/* Adds to p the moves for fetching from a remote with the refs h, with the options o. VV_ENOTFOUND:
 * the remote lacks the ref of a refspec without '*'. VV_EUSAGE: two refs with different ids would
 * get the same name. */
vv_status vv_ref_plan_make(vv_ref_plan *p, vv_repository *r, const vv_hello *h,
			   const vv_ref_plan_options *o, vv_error *err);
/* Adds to p moves for the tags in h that this repository lacks, if it has their commits. */
vv_status vv_ref_plan_follow_tags(vv_ref_plan *p, vv_repository *r, const vv_hello *h,
				  vv_error *err);

/* Changes the plan for a history that is fetched from another peer instead of the remote. Moves of
 * the remote's tracking branches then move refs in `folder`, the folder of that peer,
 * "refs/remotes/PEER/", and are forced. asked: the user requested the refs; if false, other moves
 * do not create local refs. */
vv_status vv_ref_plan_stand_in(vv_ref_plan *p, vv_repository *r, const vv_remote *remote,
			       const char *folder, bool asked, vv_error *err);

/* Returns true if the move changes a local ref, and is not refused or behind. */
bool vv_ref_moves(const vv_ref_move *m);
/* VV_EREFUSED: p moves a branch that is checked out in a work tree. Does not fail for this reason
 * in a bare repository. */
vv_status vv_ref_plan_check_current(vv_ref_plan *p, vv_repository *r, vv_error *err);
/* Sets *out to planned changes of refs, and *count to their number. Moves that are done are left
 * out. The caller frees *out with vv_free, also after a failure; its elements borrow from p.
 *
 * forward false: lists new refs, forced moves and deletions. These refs change together with the
 * blocks, all or none. forward true: lists all other moves that are fast-forwards; moves that are
 * not are marked as refused. Call this with true only after the commits were fetched. may_be_older:
 * the source may be older than this repository, so a ref that would move backwards is skipped, not
 * refused. */
vv_status vv_ref_plan_changes(vv_ref_plan *p, vv_repository *r, bool forward, bool may_be_older,
			      vv_ref_change **out, size_t *count, vv_error *err);
/* Marks the move of the local ref `to` as done. */
void vv_ref_plan_done(vv_ref_plan *p, const char *to);
/* Returns the number of moves that are done. */
size_t vv_ref_plan_count_done(const vv_ref_plan *p);
/* Sends a note for each move of a local ref, in the form of git fetch. url: the source of the
 * history. quiet: only for moves that are refused or behind. */
void vv_ref_plan_print(const vv_ref_plan *p, vv_repository *r, const char *url, bool quiet);
/* Writes FETCH_HEAD in the form of git fetch, without the moves that are behind. url: the source of
 * the history. */
vv_status vv_ref_plan_write(const vv_ref_plan *p, vv_repository *r, const char *url, vv_error *err);

#endif
