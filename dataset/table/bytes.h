/*
 * bytes: restores the bytes of a version's file.
 *
 * If a file is not in UTF-8, these functions return its text in UTF-8; bytes_encoded.h restores the
 * file's own bytes.
 *
 * The functions accept a version in key order that is open with its stored order (table.h), too.
 * They then make the complete file, even if only a part is requested.
 */
#ifndef VV_DATASET_TABLE_BYTES_H
#define VV_DATASET_TABLE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/thread.h"
#include "dataset/read/scan_cache.h"
#include "dataset/table/table.h"

typedef vv_status (*vv_bytes_fn)(void *payload, const void *bytes, size_t len, vv_error *err);
/* Passes the file's exact bytes to fn, in order: the part before the rows, then several row groups
 * or chunks per call, then the part after the rows. fn is not called for empty parts. At the end,
 * hash and length are compared with the root. VV_ECORRUPT: hash or length differs. Decodes in the
 * threads of pool, which may be NULL. */
vv_status vv_table_bytes(vv_table *t, vv_bytes_fn fn, void *payload, vv_pool *pool,
			 const vv_progress *progress, vv_error *err);

/* Options of vv_table_bytes_with. The content of old_fd is not trusted: if it is not the file of
 * `old`, the comparison at the end fails with VV_ECORRUPT, and the caller must try again without
 * old_fd. */
typedef struct vv_bytes_options {
	vv_pool *pool;               /* may be NULL */
	const vv_progress *progress; /* may be NULL */
	vv_scan_cache *cache;        /* receives the scan cache of the version; may be NULL */
	uint64_t secret;             /* seed for the hashes of cache */
	/* another version; groups that both versions have are copied from its file */
	vv_table *old;
	int old_fd; /* the file of `old`; negative: nothing is copied */
	/* call fn once for each row group or chunk; ignored if the groups are in key order */
	bool by_group;
} vv_bytes_options;
/* Like vv_table_bytes, with more options. */
vv_status vv_table_bytes_with(vv_table *t, vv_bytes_fn fn, void *payload,
			      const vv_bytes_options *opts, vv_error *err);

/* Reads the file's exact bytes in pieces of the caller's size, in one thread. Hash and length are
 * checked at the end, as in vv_table_bytes. */
typedef struct vv_table_source vv_table_source;
vv_status vv_table_source_open(vv_table_source **out, vv_table *t, vv_error *err);
/* Like vv_table_source_open, with a pool; it makes reading groups in key order faster. */
vv_status vv_table_source_open_with(vv_table_source **out, vv_table *t, vv_pool *pool,
				    vv_error *err);
/* Reads up to len bytes. Returns their number, 0 at the end, or a negative vv_status. source: the
 * vv_table_source. */
ssize_t vv_table_source_read(void *source, void *buf, size_t len, vv_error *err);
void vv_table_source_close(vv_table_source *s);
VV_AUTO_FREE(vv_table_source, vv_table_source_close)

/* Functions that read a part of the file (bytes_range.c). They make complete row groups. */

/* Passes the bytes [from, from + len) of the file to fn, in order, in several calls. The range is
 * cut at the end of the file, t->root.bytes. Checks the CID of every block and the lengths in the
 * lists, but not the hash of the file. VV_EMISSING: a block is missing. VV_ECORRUPT: the version is
 * damaged. */
vv_status vv_table_range(vv_table *t, uint64_t from, uint64_t len, vv_bytes_fn fn, void *payload,
			 vv_error *err);

/* Sets *out to the size of the largest row group in the range [from, from + len) of the file;
 * reading the range needs about twice this much memory. Reads only a list. *out is 0 for versions
 * of kind file. */
vv_status vv_table_largest_group(vv_table *t, uint64_t from, uint64_t len, uint64_t *out,
				 vv_error *err);

/* Private to dataset/table: functions for the bytes of the groups in stored order. If that is key
 * order, these are the bytes of the sorted file, whose hash is not stored. */
vv_status bytes_of_groups(vv_table *t, vv_bytes_fn fn, void *payload, const vv_bytes_options *opts,
			  vv_error *err);
typedef struct group_source group_source;
vv_status group_source_open(group_source **out, vv_table *t, vv_error *err);
ssize_t group_source_read(void *source, void *buf, size_t len, vv_error *err);
void group_source_close(group_source *s); /* accepts NULL */
vv_status range_of_groups(vv_table *t, uint64_t from, uint64_t len, vv_bytes_fn fn, void *payload,
			  vv_error *err);

/* Sets *offset to the offset in the file, in bytes, at which a row begins. */
vv_status vv_table_row_offset(vv_table *t, uint64_t row, uint64_t *offset, vv_error *err);

#endif
