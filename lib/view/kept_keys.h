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

/* One value = the cached keys of one table. */
typedef struct vv_kept_keys {
	vv_key_lookup lookup; /* if lookup.cache is NULL, no keys are cached */
} vv_kept_keys;

/* Opens the cached keys of the table at `path`, relative to the repository and borrowed, as *out.
 * make: if the hashes are not cached, a lookup may read all row groups once to cache them; ignored
 * if the repository is not writable. Close *out also after a failure. */
vv_status vv_kept_keys_open(vv_kept_keys *out, vv_repository *repo, const char *path, bool make,
			    vv_error *err);
void vv_kept_keys_close(vv_kept_keys *k); /* k may be zeroed */
VV_AUTO_CLEAR(vv_kept_keys, vv_kept_keys_close)

#endif
