/*
 * erase_stay: adds what 'varve erase --apply' removes to the list of erased data (repo/known/erased.h).
 */
#ifndef VV_LIB_SPACE_ERASE_STAY_H
#define VV_LIB_SPACE_ERASE_STAY_H

#include "base/error.h"
#include "lib/space/erase.h"
#include "lib/space/erase_plan.h"
#include "repo/git/repository.h"

/* Durably adds the values that were found, and the removed objects, roots and blocks of the applied plan
 * p. Call this before the first ref moves. A value of digits that was searched in some columns counts
 * in these columns alone. */
vv_status vv_erase_stay(const vv_erase_plan *p, const vv_erase *found, vv_repository *r,
			vv_error *err);

#endif
