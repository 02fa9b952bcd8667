/*
 * store_trial: determines the operations that a store permits. It reads the file that marks the
 * store, then writes, lists and removes a small file.
 */
#ifndef VV_LIB_REMOTES_STORE_TRIAL_H
#define VV_LIB_REMOTES_STORE_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "transport/places/place.h"

/* The result of a trial. */
typedef struct vv_store_trial {
	/* true if the operation succeeded. reads: reading a file; ranges: reading a part of a file;
	 * writes: writing a file; lists: listing files; removes: removing a file. `lists` and
	 * `removes` are tried only after a write succeeded, and are not needed to push and fetch */
	bool reads, ranges, writes, lists, removes;
	char who[160]; /* the user's identity at the store; "": unknown */
	uint64_t ms;   /* duration of the trial in milliseconds */
	/* error of the first operation that was refused; code VV_OK: no operation was refused */
	vv_error why;
} vv_store_trial;

/* Tries all operations at the store p, and sets *out to the result. Returns VV_OK even if
 * operations are refused; fails if the store does not answer, or answers incorrectly. */
vv_status vv_store_try(vv_store_trial *out, const vv_place *p, vv_error *err);

#endif
