/*
 * bytes: restores the bytes of a version's file.
 *
 * For a file that is not in UTF-8, "the file" in this header is its text in UTF-8; bytes_encoded.h
 * restores the file in its encoding.
 *
 * The functions also accept a table that is open in key order (vv_table_open_stored). They then
 * read all row groups, even if only a part of the file is requested.
 */
#ifndef VV_DATASET_TABLE_BYTES_H
#define VV_DATASET_TABLE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/hash.h"

#include "base/progress.h"
#include "base/thread.h"

typedef struct vv_scan_cache vv_scan_cache;
typedef struct vv_table vv_table;

/* Receives the next len bytes of a file. If it fails, the caller stops and returns its status. */
typedef vv_status (*vv_bytes_fn)(void *payload, const void *bytes, size_t len, vv_error *err);
/* Passes the file's exact bytes to fn, in order: the part before the rows, then several row groups
 * or chunks per call, then the part after the rows; for a table in key order, in pieces of any size.
 * fn is not called for empty parts. At the end,
 * compares hash and length of the bytes with those in the root. VV_ECORRUPT: they differ. Decodes
 * in the threads of pool. pool and progress may be NULL. */
vv_status vv_table_bytes(vv_table *t, vv_bytes_fn fn, void *payload, vv_pool *pool,
			 const vv_progress *progress, vv_error *err);

/* Options of vv_table_bytes_with. The content of old_fd is not trusted: if it is not the file of
 * `old`, the comparison at the end fails with VV_ECORRUPT. The caller must then discard the bytes
 * that fn received, and try again without old_fd. */
typedef struct vv_bytes_options {
	vv_pool *pool;               /* may be NULL */
	const vv_progress *progress; /* may be NULL */
	/* receives the scan cache of the version, unless the groups are in key order; may be
	 * NULL */
	vv_scan_cache *cache;
	uint64_t secret; /* seed for the hashes of cache */
	/* another version, from whose file the groups that both versions have are copied; may be
	 * NULL */
	vv_table *old;
	int old_fd; /* the file of `old`; negative: nothing is copied */
	/* call fn once for each row group or chunk; ignored if the groups are in key order */
	bool by_group;
} vv_bytes_options;
/* Like vv_table_bytes, with more options. opts NULL: no options. */
vv_status vv_table_bytes_with(vv_table *t, vv_bytes_fn fn, void *payload,
			      const vv_bytes_options *opts, vv_error *err);

/* A reader of the file's exact bytes, in pieces of the caller's size, in one thread. Hash and
 * length are checked at the end, as in vv_table_bytes. */
typedef struct vv_table_source vv_table_source;
/* Opens a reader. t must outlive it. */
vv_status vv_table_source_open(vv_table_source **out, vv_table *t, vv_error *err);
/* Like vv_table_source_open, but for groups in key order, reads faster in the threads of pool. */
vv_status vv_table_source_open_with(vv_table_source **out, vv_table *t, vv_pool *pool,
				    vv_error *err);
/* Reads up to len bytes into buf. Returns their number, 0 at the end, or a negative vv_status.
 * source is the vv_table_source, so that this function can be the `read` of a vv_source. */
ssize_t vv_table_source_read(void *source, void *buf, size_t len, vv_error *err);
void vv_table_source_close(vv_table_source *s);
VV_AUTO_FREE(vv_table_source, vv_table_source_close)

/* Functions that read a part of the file (bytes_range.c). They make complete row groups. */

/* Passes the bytes [from, from + len) of the file to fn, in order, in several calls. A range beyond
 * the end of the file is shortened. Checks the CID of every block and the lengths in the lists, but
 * not the hash of the file (in key order, checks it if the range reaches the end). VV_EMISSING: a
 * block is missing. VV_ECORRUPT: the version is damaged. */
vv_status vv_table_range(vv_table *t, uint64_t from, uint64_t len, vv_bytes_fn fn, void *payload,
			 vv_error *err);

/* Sets *out to the size in bytes of the largest row group in the range [from, from + len) of the
 * file, or to 0 for versions of kind file. In key order, sets it to the larger of the largest row
 * group of the table and the memory for sorting. vv_table_range needs about twice this much
 * memory. Reads only the list of layouts. */
vv_status vv_table_largest_group(vv_table *t, uint64_t from, uint64_t len, uint64_t *out,
				 vv_error *err);

/* The functions from here to range_of_groups are private to dataset/table. They do what functions
 * above do, but in the stored order of the groups: bytes_of_groups is like vv_table_bytes_with, the
 * functions group_source_... are like vv_table_source_..., and range_of_groups is like
 * vv_table_range. For a version in key order, the result is the sorted file, whose hash is neither
 * stored nor checked. */
vv_status bytes_of_groups(vv_table *t, vv_bytes_fn fn, void *payload, const vv_bytes_options *opts,
			  vv_error *err);
/* Compares a hash and a length with those in the root. hash: the state after the hashes of all
 * groups (8 bytes each, little-endian); for a version in key order, after all bytes of the file.
 * VV_ECORRUPT: they differ, so the restored file is not the one that was added. */
vv_status table_hash_agrees(const vv_table *t, const vv_xxh3_state *hash, uint64_t bytes,
			    vv_error *err);
typedef struct group_source group_source;
vv_status group_source_open(group_source **out, vv_table *t, const vv_bytes_options *opts,
			    vv_error *err);
ssize_t group_source_read(void *source, void *buf, size_t len, vv_error *err);
void group_source_close(group_source *s); /* accepts NULL */
VV_AUTO_FREE(group_source, group_source_close)
vv_status range_of_groups(vv_table *t, uint64_t from, uint64_t len, vv_bytes_fn fn, void *payload,
			  vv_error *err);

/* Sets *offset to the offset in the file, in bytes, at which the row with this number (from 0)
 * begins. If t is open in key order, row and *offset refer to the sorted file. VV_ENOTFOUND: no
 * such row. */
vv_status vv_table_row_offset(vv_table *t, uint64_t row, uint64_t *offset, vv_error *err);

#endif
