/*
 * scan_cache: stores, for each row group of a version, the hash of its raw bytes, which are its
 * bytes in the file.
 *
 * With the cache, an import of the file's next version reuses groups whose bytes did not change.
 * The cache is safe to delete. It has one file for each table, in .git/varve/cache/scan/.
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

/* One row group. */
typedef struct vv_scan_entry {
	uint64_t raw_len;  /* number of raw bytes */
	vv_hash128 hash;   /* XXH3-128 of the raw bytes, seeded with the repository's secret */
	uint64_t raw_hash; /* XXH3-64 of the raw bytes, seed 0: part of the root's hash */
	/* XXH3-64 of the first VV_SCAN_HEAD bytes (of all bytes, if there are fewer), seeded with
	 * the repository's secret; finds groups that have moved */
	uint64_t head_hash;
	/* the group ended at a cut, after a complete row end, so it can be reused in the middle of
	 * a file */
	bool clean_cut;
} vv_scan_entry;
#define VV_SCAN_HEAD 64u /* see head_hash */

/* The row groups of one version. */
typedef struct vv_scan_cache {
	vv_cid root;            /* the root of the version */
	vv_scan_entry *entries; /* one for each group, in order */
	size_t count,           /* number of elements of entries */
		cap;            /* capacity of entries */
} vv_scan_cache;

vv_scan_cache *vv_scan_cache_new(void);    /* returns NULL if out of memory */
void vv_scan_cache_free(vv_scan_cache *c); /* accepts NULL */
VV_AUTO_FREE(vv_scan_cache, vv_scan_cache_free)
/* Appends a copy of the entry. */
vv_status vv_scan_cache_add(vv_scan_cache *c, const vv_scan_entry *e, vv_error *err);

/* Loads the cache of the version `root` from the file. Sets *out to NULL if the file is missing or
 * damaged, or has the groups of another version. secret: the repository's secret, as for
 * vv_scan_cache_save. VV_ENOMEM is the only error. */
vv_status vv_scan_cache_load(vv_scan_cache **out, const char *file, const vv_cid *root,
			     uint64_t secret, vv_error *err);
/* Writes the cache to the file, without fsync. secret: the repository's secret, with which the file
 * is protected. */
vv_status vv_scan_cache_save(const vv_scan_cache *c, const char *file, uint64_t secret,
			     vv_error *err);

#endif
