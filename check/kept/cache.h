/*
 * cache: stores results of checks for later checks.
 *
 * The cache contains named records under .git/varve/cache/check/. All records can be computed
 * again, so they may be deleted at any time; if they exceed the maximum size, the oldest are
 * removed first; a damaged record counts as missing. The records of a run can be copied to another
 * machine in one file (--save-result, --trust-result). Only one thread may use a cache at a time.
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

#define VV_CHECK_CACHE_MAX ((uint64_t)512 << 20) /* maximum bytes of all records together */

typedef struct vv_check_cache vv_check_cache;

/* Opens the cache in dir, which is created when the first record is stored. dir NULL: the records
 * stay in memory until vv_check_cache_close. */
vv_status vv_check_cache_open(vv_check_cache **out, const char *dir, vv_error *err);
void vv_check_cache_close(vv_check_cache *c); /* accepts NULL */
VV_AUTO_FREE(vv_check_cache, vv_check_cache_close)

/* Replaces the content of out with the bytes of a record. kind: a word of lower-case letters
 * ("rows"). key: a hash of everything that the record depends on. Returns 1, 0 if the record is
 * missing or damaged, or VV_ENOMEM. */
int vv_check_cache_get(vv_check_cache *c, const char *kind, vv_hash128 key, vv_buf *out,
		       vv_error *err);

/* Stores a record. A failed write to the disk is not an error: only the next check is slower. */
vv_status vv_check_cache_put(vv_check_cache *c, const char *kind, vv_hash128 key, const void *bytes,
			     size_t len, vv_error *err);

/* Returns the path of a cache file for data too large for a record; the caller owns the path, and
 * writes, reads and validates the file. Returns NULL if the cache is in memory (`dir` is NULL), or
 * if memory ran out. If these files exceed VV_CHECK_FILES_MAX together, the oldest are removed
 * first. */
#define VV_CHECK_FILES_MAX ((uint64_t)4 << 30)
char *vv_check_cache_file(vv_check_cache *c, const char *kind, vv_hash128 key);
/* Finds the same file inside the trusted file (vv_check_cache_trust): *len bytes from *offset on.
 * Returns the descriptor of the trusted file, borrowed from c, or -1 if the trusted file does not
 * contain that file. */
int vv_check_cache_trusted_file(const vv_check_cache *c, const char *kind, vv_hash128 key,
				uint64_t *offset, uint64_t *len);

/* Writes all records that were read or stored through c, and all files whose path was requested,
 * into one file, for vv_check_cache_trust. */
vv_status vv_check_cache_save(vv_check_cache *c, const char *file, vv_error *err);

/* Makes vv_check_cache_get also search this file for records that dir lacks. The content of the
 * file is trusted. VV_EINPUT: the file was not written by vv_check_cache_save, or is damaged. */
vv_status vv_check_cache_trust(vv_check_cache *c, const char *file, vv_error *err);

#endif
