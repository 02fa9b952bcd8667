/*
 * erase_plan: the file .git/varve/erase-plan with the ids of all versions and commits that 'varve erase --apply' may change.
 * It has no values, and only its owner can read it.
 *
 * 	vv_erase_plan_make(&p, &found, repo, err); vv_erase_plan_write(&p, repo, err);   to plan
 * 	vv_erase_plan_read(&p, repo, err); vv_erase_plan_compare(&p, &found, repo, err); to apply
 *
 * Before the first ref moves, the application writes into it the objects, roots and blocks that it
 * removes, and the new ids. The same command can then finish after an interruption, also at remotes,
 * and look again whether they are gone.
 */
#ifndef VV_LIB_SPACE_ERASE_PLAN_H
#define VV_LIB_SPACE_ERASE_PLAN_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/space/erase.h"
#include "lib/space/erase_apply.h"
#include "repo/blocks/reach.h"
#include "repo/git/oid.h"
#include "repo/git/repository.h"

/* A plan. Zero it first. */
typedef struct vv_erase_plan {
	vv_oid refs;            /* hash of the names and ids of all refs */
	bool applied;           /* refs may have moved */
	vv_oids found;          /* versions and commits with a value */
	vv_string_list remotes; /* those at which it is applied, too */
	/* The following members are of an applied plan. */
	vv_oids objects;     /* the objects of Git that are removed, without duplicates */
	vv_oids hosted;      /* what refs of Git hosts named before, also their refs of blocks */
	vv_cid_set *roots;   /* those of the old versions that the new history does not have */
	vv_cid_set *blocks;  /* those of these roots that it does not need */
	vv_rewritten *moved; /* new ids of commits and tags */
	size_t moved_count, moved_cap;
} vv_erase_plan;
void vv_erase_plan_clear(vv_erase_plan *p);
VV_AUTO_CLEAR(vv_erase_plan, vv_erase_plan_clear)

/* Locks the plan and the list of erased data of r until the descriptor is closed. Returns it, or a negative
 * vv_status. VV_ELOCKED: another process has the lock for more than a minute. */
int vv_erase_plan_lock(vv_repository *r, vv_error *err);
/* Adds the remotes and the removed data of the repository's plan to p, if that was applied and has not
 * ended: the application of p then also finishes it. Call this before vv_erase_plan_make. */
vv_status vv_erase_plan_continue(vv_erase_plan *p, vv_repository *r, vv_error *err);
/* Sets *p to a plan for the result of a search. */
vv_status vv_erase_plan_make(vv_erase_plan *p, const vv_erase *found, vv_repository *r,
			     vv_error *err);
/* Durably writes the plan of r. */
vv_status vv_erase_plan_write(const vv_erase_plan *p, vv_repository *r, vv_error *err);
/* Reads the plan of r. VV_ENOTFOUND: there is none. */
vv_status vv_erase_plan_read(vv_erase_plan *p, vv_repository *r, vv_error *err);
/* Checks that the search found the content of the plan, and nothing else. VV_EREFUSED: refs have moved, or
 * it found something else. */
vv_status vv_erase_plan_compare(const vv_erase_plan *p, const vv_erase *found, vv_repository *r,
				vv_error *err);
/* Adds the data that the application removes to the plan, and writes it. found: the search that is applied. */
vv_status vv_erase_plan_applied(vv_erase_plan *p, const vv_erase_applied *a, const vv_erase *found,
				vv_repository *r, vv_error *err);
/* Returns the new id of the commit or tag `old`; NULL: it stays, or is unknown. */
const vv_oid *vv_erase_plan_moved(const vv_erase_plan *p, const vv_oid *old);
/* Returns true if the plan removes this object of Git. */
bool vv_erase_plan_removes(const vv_erase_plan *p, const vv_oid *id);
/* Adds objects that refs of a Git host name and that are going to be replaced, and writes the plan. */
vv_status vv_erase_plan_replaces(vv_erase_plan *p, const vv_oids *ids, vv_repository *r,
				 vv_error *err);
/* Removes all ids from the plan, and writes it: the same application then has nothing to do. */
vv_status vv_erase_plan_end(vv_erase_plan *p, vv_repository *r, vv_error *err);

#endif
