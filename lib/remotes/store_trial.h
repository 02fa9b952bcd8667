/*
 * store_trial: what a store lets us do, found out by doing it with one small file that is removed again.
 */
#ifndef VV_LIB_REMOTES_STORE_TRIAL_H
#define VV_LIB_REMOTES_STORE_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "transport/places/place.h"

/* Lists and removes: not needed to push and fetch. */
typedef struct vv_store_trial {
	bool reads, ranges, writes, lists, removes;
	char who[160]; /* whom the place takes us for; "": not known */
	uint64_t ms;
	vv_error why; /* of the first that failed; code VV_OK: none did */
} vv_store_trial;

/* A store: VV_OK whatever it refuses; else it does not answer, or answers wrongly. */
vv_status vv_store_try(vv_store_trial *out, const vv_place *p, vv_error *err);

#endif
