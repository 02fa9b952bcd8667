/*
 * tip_walk: walks the history from tips down, the newest commits first, and finds commits below them.
 *
 * A walk continues where it stopped, also after further tips were added. Commits that are missing
 * here are left out. Internal, as walker.h.
 */
#ifndef VV_REPO_GIT_OBJECTS_TIP_WALK_H
#define VV_REPO_GIT_OBJECTS_TIP_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "repo/git/objects/oid_set.h"
#include "repo/git/walker.h"

#define VV_TIP_WALK_FIRST 1u /* flag of a commit that a tip names, unless it was met before */

typedef struct vv_tip_walk {
	vv_repository *repo;
	vv_walker *walker; /* the caller's, whose walk has begun */
	vv_queue queue;
	vv_oid_set tags;  /* tag objects between the tips and their commits */
	vv_nodes *passed; /* gets each commit that the walk passes; may be NULL */
} vv_tip_walk;

void vv_tip_walk_init(vv_tip_walk *w, vv_repository *repo, vv_walker *walker, vv_nodes *passed);
void vv_tip_walk_clear(vv_tip_walk *w); /* w may be zeroed */

/* Adds a tip: the object that a ref names, and the commit that this is or leads to; commit null: none.
 * Afterwards, n->pending is the smallest known number of commits between n and a tip. */
vv_status vv_tip_walk_add(vv_tip_walk *w, const vv_oid *id, const vv_oid *commit, vv_error *err);
/* Passes the next commit, and sets *out to it; NULL: the end. */
vv_status vv_tip_walk_next(vv_tip_walk *w, vv_node **out, vv_error *err);
/* Sets out[i] to whether ids[i] is a commit below a tip, or a tag object. Walks as far as needed. slop:
 * the number of commits to pass that are older than all of these: with wrong clocks an older commit
 * may come before a newer one. */
vv_status vv_tip_walk_find(vv_tip_walk *w, const vv_oid *ids, size_t count, unsigned slop,
			   bool *out, vv_error *err);

#endif
