/*
 * cache: stores results of checks for later checks.
 *
 * The cache contains records under .git/varve/cache/check/. A record is a sequence of bytes with a
 * kind and a key. Data too large for a record has a file of its own, a cache file, which the caller
 * writes. All records and cache files can be computed again, so they may be deleted at any time.
 * vv_check_cache_close removes the oldest ones if they exceed a maximum size. A damaged record counts
 * as missing, and so does a record of a program whose checks were built from other sources. The
 * records that a check used can be copied to another machine in one file, the trusted file
 * (--save-result, --trust-result). Only one thread may use a cache at a time.
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

#define VV_CHECK_CACHE_MAX ((uint64_t)512 << 20) /* maximum bytes of all records on disk together */

/* An open cache. */
typedef struct vv_check_cache vv_check_cache;

/* Opens the cache in the folder dir, which is created when the first record is stored. If dir is NULL,
 * the records are only in memory, until vv_check_cache_close. */
vv_status vv_check_cache_open(vv_check_cache **out, const char *dir, vv_error *err);
void vv_check_cache_close(vv_check_cache *c); /* accepts NULL */
VV_AUTO_FREE(vv_check_cache, vv_check_cache_close)

/* Replaces the content of out with the bytes of a record. kind: a word of at most 24 lower-case
 * letters, such as "rows". key: a hash of everything on which the record depends. Returns 1, 0 if the
 * record is missing, damaged or empty, or VV_ENOMEM. */
int vv_check_cache_get(vv_check_cache *c, const char *kind, vv_hash128 key, vv_buf *out,
		       vv_error *err);

/* Stores len bytes as a record, and replaces a record with the same kind and key. Returns VV_OK
 * even if writing to the disk fails, because then only the next check is slower. */
vv_status vv_check_cache_put(vv_check_cache *c, const char *kind, vv_hash128 key, const void *bytes,
			     size_t len, vv_error *err);

/* The maximum number of bytes of all cache files together (vv_check_cache_file). */
#define VV_CHECK_FILES_MAX ((uint64_t)4 << 30)
/* Returns the path of the cache file with this kind and key, for data too large for a record. The
 * caller frees the path, and writes, reads and validates the file. Returns NULL if the cache is
 * only in memory, or if memory ran out. */
char *vv_check_cache_file(vv_check_cache *c, const char *kind, vv_hash128 key);
/* Finds the cache file with this kind and key in the trusted file (vv_check_cache_trust): sets
 * *offset and *len to its position and length. Returns the descriptor of the trusted file, borrowed
 * from c, or -1 if the trusted file does not contain the cache file. */
int vv_check_cache_trusted_file(const vv_check_cache *c, const char *kind, vv_hash128 key,
				uint64_t *offset, uint64_t *len);

/* Writes all records that were read or stored through c, and all cache files whose path was requested,
 * into one file, for vv_check_cache_trust. Leaves out those that do not exist. */
vv_status vv_check_cache_save(vv_check_cache *c, const char *file, vv_error *err);

/* Opens a trusted file, which vv_check_cache_save has written, in place of an earlier one.
 * vv_check_cache_get then also returns the records of this file that the cache lacks. A hash in the
 * file detects damage, but not a forged file: the caller must trust its author. VV_EINPUT:
 * vv_check_cache_save did not write the file, or the file is damaged. */
vv_status vv_check_cache_trust(vv_check_cache *c, const char *file, vv_error *err);

#endif
