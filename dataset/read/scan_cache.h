/*
 * scan_cache: for each group of a version, the hash of its raw bytes.
 *
 * Lets a new version of the file take over groups whose bytes did not change.
 * Derived, safe to delete. One file for each path under .git/varve/cache/scan/.
 */
#ifndef VV_DATASET_READ_SCAN_CACHE_H
#define VV_DATASET_READ_SCAN_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/hash.h"
#include "repo/blocks/cid.h"

typedef struct vv_scan_entry {
	uint64_t raw_len;
	vv_hash128 hash;   /* XXH3-128 of the raw bytes, seeded with the repository's secret */
	uint64_t raw_hash; /* XXH3-64, seed 0: part of the root's hash */
	/* XXH3-64 of the first VV_SCAN_HEAD bytes (all, when shorter), secret seed: to find
	 * moved groups */
	uint64_t head_hash;
	/* may be taken over inside a file: ended by a cut, in a complete row end */
	bool clean_cut;
} vv_scan_entry;
#define VV_SCAN_HEAD 64u

typedef struct vv_scan_cache {
	vv_cid root;            /* the version that it belongs to */
	vv_scan_entry *entries; /* one for each group, in order */
	size_t count, cap;
} vv_scan_cache;

vv_scan_cache *vv_scan_cache_new(void);
void vv_scan_cache_free(vv_scan_cache *c); /* accepts NULL */
VV_AUTO_FREE(vv_scan_cache, vv_scan_cache_free)
vv_status vv_scan_cache_add(vv_scan_cache *c, const vv_scan_entry *e, vv_error *err);

/* NULL in *out when there is none, or it is not of root, or damaged: never an error
 * but for memory. file: its path. */
vv_status vv_scan_cache_load(vv_scan_cache **out, const char *file, const vv_cid *root,
			     uint64_t secret, vv_error *err);
/* not durable: it is derived */
vv_status vv_scan_cache_save(const vv_scan_cache *c, const char *file, uint64_t secret,
			     vv_error *err);

#endif
