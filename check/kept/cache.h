/*
 * cache: results of checks, kept for the next one.
 *
 * Named records under .git/varve/cache/check/: derived, bounded (the oldest are removed first), safe to
 * delete; a damaged record counts as missing. A run's records can be carried to another machine in one
 * file (--save-result, --trust-result). One thread at a time.
 */
#ifndef VV_CHECK_KEPT_CACHE_H
#define VV_CHECK_KEPT_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"

#define VV_CHECK_CACHE_MAX ((uint64_t)512 << 20) /* bytes of all records together */

typedef struct vv_check_cache vv_check_cache;

/* dir is made when something is put; NULL: kept in memory for the length of the run. */
vv_status vv_check_cache_open(vv_check_cache **out, const char *dir, vv_error *err);
void vv_check_cache_close(vv_check_cache *c); /* accepts NULL */
VV_AUTO_FREE(vv_check_cache, vv_check_cache_close)

/* A record's bytes, replacing the content of out. kind: a word of lower-case letters ("rows"); key: a hash
 * of everything that the record depends on. Returns 1, 0 (missing or damaged), or VV_ENOMEM. */
int vv_check_cache_get(vv_check_cache *c, const char *kind, vv_hash128 key, vv_buf *out,
		       vv_error *err);

/* Stores a record. A failed write to the disk is not an error: the next check only takes longer. */
vv_status vv_check_cache_put(vv_check_cache *c, const char *kind, vv_hash128 key, const void *bytes,
			     size_t len, vv_error *err);

/* The cache's file for data too large for a record: the caller writes and reads the file, whole and
 * checked. Owned; NULL: the cache is in memory, or out of memory. Kept as long as those files take at most
 * VV_CHECK_FILES_MAX together; the oldest are removed first. */
#define VV_CHECK_FILES_MAX ((uint64_t)4 << 30)
char *vv_check_cache_file(vv_check_cache *c, const char *kind, vv_hash128 key);
/* The same file inside the trusted cache's file: len bytes of that from offset on; returns its descriptor,
 * borrowed from c. -1: the trusted file lacks it. */
int vv_check_cache_trusted_file(const vv_check_cache *c, const char *kind, vv_hash128 key,
				uint64_t *offset, uint64_t *len);

/* Writes all records that were read or written through c, and all requested files, into one file,
 * readable with trust. */
vv_status vv_check_cache_save(vv_check_cache *c, const char *file, vv_error *err);

/* Records missing in dir are then searched in the file. VV_EINPUT: not such a file, or damaged. Its
 * content is trusted. */
vv_status vv_check_cache_trust(vv_check_cache *c, const char *file, vv_error *err);

#endif
