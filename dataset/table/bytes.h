/*
 * bytes: the bytes of a version's file.
 *
 * For a file in another encoding than UTF-8 they are those of its text (bytes_encoded.h has the file's).
 *
 * Also for a version in key order that is open with its stored order (table.h): its file is then made as
 * a whole, even for a part of it.
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

/* Writes the file's exact bytes in order to fn (one call for the part before the rows, then some
 * row groups or chunks at a time, one for the part after them; none without bytes) and checks their
 * hash and length against the root at the end (VV_ECORRUPT). Decodes in the pool's threads (NULL:
 * none). */
typedef vv_status (*vv_bytes_fn)(void *payload, const void *bytes, size_t len, vv_error *err);
vv_status vv_table_bytes(vv_table *t, vv_bytes_fn fn, void *payload, vv_pool *pool,
			 const vv_progress *progress, vv_error *err);

/* The same with more: the scan cache of the version is filled (cache, when not NULL), and groups
 * that `old` has as well are copied from its file instead of being made (old_fd < 0: none). The
 * content of old_fd is not trusted: if it is not `old` the check at the end fails with VV_ECORRUPT,
 * and the caller tries again without it. */
typedef struct vv_bytes_options {
	vv_pool *pool;
	const vv_progress *progress;
	vv_scan_cache *cache;
	uint64_t secret;
	vv_table *old;
	int old_fd;
	bool by_group; /* fn is called once for each row group (or chunk), which is in memory then; nothing of
			* the kind if the groups are in key order */
} vv_bytes_options;
vv_status vv_table_bytes_with(vv_table *t, vv_bytes_fn fn, void *payload,
			      const vv_bytes_options *opts, vv_error *err);

/* The file's exact bytes to be pulled (one thread); checked as vv_table_bytes does
 * when the end is read. */
typedef struct vv_table_source vv_table_source;
vv_status vv_table_source_open(vv_table_source **out, vv_table *t, vv_error *err);
/* The same with a pool, which helps if the groups are in key order. */
vv_status vv_table_source_open_with(vv_table_source **out, vv_table *t, vv_pool *pool,
				    vv_error *err);
/* count, 0 at the end, <0 */
ssize_t vv_table_source_read(void *source, void *buf, size_t len, vv_error *err);
void vv_table_source_close(vv_table_source *s);
VV_AUTO_FREE(vv_table_source, vv_table_source_close)

/* A part of the file (bytes_range.c). A row group is made as a whole. */

/* Writes bytes [from, from + len) of the file to fn, in order, in pieces; a range past its end
 * (t->root.bytes) is cut. Checks every block's name, and the lengths in the lists, but not the hash
 * of the whole file, as vv_table_bytes does. VV_EMISSING, VV_ECORRUPT. */
vv_status vv_table_range(vv_table *t, uint64_t from, uint64_t len, vv_bytes_fn fn, void *payload,
			 vv_error *err);

/* The most bytes that one row group takes of those that this part of the file touches: while bytes of
 * it are given, about twice as many are in memory. Reads a list alone. 0 for files. */
vv_status vv_table_largest_group(vv_table *t, uint64_t from, uint64_t len, uint64_t *out,
				 vv_error *err);

/* Private to dataset/table: the bytes of the groups in the order in which they are stored. In key order that is the
 * sorted file, whose hash is not stored. */
vv_status bytes_of_groups(vv_table *t, vv_bytes_fn fn, void *payload, const vv_bytes_options *opts,
			  vv_error *err);
typedef struct group_source group_source;
vv_status group_source_open(group_source **out, vv_table *t, vv_error *err);
ssize_t group_source_read(void *source, void *buf, size_t len, vv_error *err);
void group_source_close(group_source *s); /* accepts NULL */
vv_status range_of_groups(vv_table *t, uint64_t from, uint64_t len, vv_bytes_fn fn, void *payload,
			  vv_error *err);

/* Byte offset in the file at which a row's raw bytes begin. */
vv_status vv_table_row_offset(vv_table *t, uint64_t row, uint64_t *offset, vv_error *err);

#endif
