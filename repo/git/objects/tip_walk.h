/*
 * tip_walk: walks the history from tips down, the newest commits first, and finds commits below
 * them.
 *
 * A walk continues at the point at which it stopped, also after further tips were added. Missing
 * commits are left out. Internal, as walker.h.
 */
#ifndef VV_REPO_GIT_OBJECTS_TIP_WALK_H
#define VV_REPO_GIT_OBJECTS_TIP_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "repo/git/objects/oid_set.h"
#include "repo/git/walker.h"

/* The flag of each commit that was added as a tip, unless the walk had reached the commit before
 * that. */
#define VV_TIP_WALK_FIRST 1u

/* A walk. Its members are set by vv_tip_walk_init. */
typedef struct vv_tip_walk {
	vv_repository *repo;
	vv_walker *walker; /* the caller's walker, on which a walk was begun */
	vv_queue queue;    /* commits to visit */
	vv_oid_set tags;   /* tag objects between the tips and their commits */
	vv_nodes *passed;  /* each visited commit is added; may be NULL */
} vv_tip_walk;

/* Makes a walk without tips. Call vv_walker_begin for walker first. */
void vv_tip_walk_init(vv_tip_walk *w, vv_repository *repo, vv_walker *walker, vv_nodes *passed);
void vv_tip_walk_clear(vv_tip_walk *w); /* w may be zeroed */

/* Adds a tip. id: the object that a ref names; commit: the peeled commit, or null if the object
 * does not lead to a commit. For each reached node n, n->pending is the smallest known number of
 * steps from a tip to n. */
vv_status vv_tip_walk_add(vv_tip_walk *w, const vv_oid *id, const vv_oid *commit, vv_error *err);
/* Visits the next commit, and sets *out to it, or to NULL at the end. */
vv_status vv_tip_walk_next(vv_tip_walk *w, vv_node **out, vv_error *err);
/* Sets out[i] to true if the walk has found that ids[i] is a commit reachable from a tip, or a
 * tag object between a tip and its commit. Walks only until all ids are found, or `slop`
 * successive commits were older than all ids that were sought at the start. slop is needed
 * because with wrong clocks, an older commit may be visited before a newer one. If slop is too
 * small, out[i] is false for a reachable commit. slop 0: does not walk. */
vv_status vv_tip_walk_find(vv_tip_walk *w, const vv_oid *ids, size_t count, unsigned slop,
			   bool *out, vv_error *err);

#endif
