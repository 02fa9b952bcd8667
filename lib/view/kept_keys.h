/*
 * kept_keys: finds rows by the hashes of keys that checks have cached.
 */
#ifndef VV_LIB_VIEW_KEPT_KEYS_H
#define VV_LIB_VIEW_KEPT_KEYS_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "check/rules/key_groups.h"
#include "repo/git/repository.h"

typedef struct vv_kept_keys {
	vv_key_lookup lookup; /* cache NULL: no cached keys */
} vv_kept_keys;

/* path: of the table, from the top of the repository; borrowed, like pool and progress. make: may all row
 * groups be read once, if the hashes can be cached? Close *out also after a failure. */
vv_status vv_kept_keys_open(vv_kept_keys *out, vv_repository *repo, const char *path, bool make,
			    vv_error *err);
void vv_kept_keys_close(vv_kept_keys *k); /* accepts zeroes */
VV_AUTO_CLEAR(vv_kept_keys, vv_kept_keys_close)

#endif
