/*
 * erase_plan: the file .git/varve/erase-plan with the ids of all versions and commits that 'varve erase --apply' may change.
 * It has no values, and only its owner can read it.
 *
 * 	vv_erase_plan_make(&p, &found, repo, err); vv_erase_plan_write(&p, repo, err);   to plan
 * 	vv_erase_plan_read(&p, repo, err); vv_erase_plan_compare(&p, &found, repo, err); to apply
 *
 * Before the first ref moves, the application writes into it the objects and roots that it removes.
 * The same command can then finish after an interruption, and look again whether they are gone.
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
	vv_oid refs;       /* hash of the names and ids of all refs */
	bool applied;      /* refs may have moved */
	vv_oids found;     /* versions and commits with a value */
	vv_oids objects;   /* once applied: the objects of Git that are removed */
	vv_cid_set *roots; /* once applied: those of the old versions */
} vv_erase_plan;
void vv_erase_plan_clear(vv_erase_plan *p);
VV_AUTO_CLEAR(vv_erase_plan, vv_erase_plan_clear)

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
/* Adds the objects that the application removes to the plan, and writes it. */
vv_status vv_erase_plan_applied(vv_erase_plan *p, const vv_erase_applied *a, vv_repository *r,
				vv_error *err);
/* Removes all ids from the plan, and writes it: the same application then has nothing to do. */
vv_status vv_erase_plan_end(vv_erase_plan *p, vv_repository *r, vv_error *err);

#endif
