/*
 * table: reading a dataset version: rows, columns, raw bytes.
 *
 * Open with a root's CID; nothing is read beyond the root until it is asked for.
 */
#ifndef VV_DATASET_TABLE_TABLE_H
#define VV_DATASET_TABLE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/thread.h"
#include "dataset/format/cell.h"
#include "dataset/format/list.h"
#include "dataset/schema/schema.h"
#include "dataset/table/root.h"
#include "dataset/table/scan_cache.h"

typedef struct vv_table {
	vv_sink source; /* get only */
	vv_cid cid;
	vv_root root;
	vv_schema schema; /* tables only */
	size_t columns;   /* schema.count */
} vv_table;

/* VV_EMISSING when the root is not here. Also opens kind "file" (columns 0). */
vv_status vv_table_open(vv_table *out, const vv_sink *source, const vv_cid *cid, vv_error *err);
void vv_table_close(vv_table *t);

/* One row group, read: its cells for the columns asked. */
typedef struct vv_batch {
	vv_cell *cells;  /* rows x columns, all columns' places; columns not asked are absent */
	size_t cell_cap; /* cells that fit */
	size_t rows, columns;
	uint64_t first_row; /* number of the first row, 0-based */
	uint64_t index;     /* the group's number */
	vv_cid cid;
	vv_arena arena;
	vv_buf block;
	/* form, with vv_read_layout: */
	uint64_t raw_len;
	vv_buf quirks; /* docs/format.md, "quirks" */
} vv_batch;
void vv_batch_init(vv_batch *b);
void vv_batch_clear(vv_batch *b);

typedef struct vv_table_reader vv_table_reader;
/* wanted: columns to decode (places; NULL for all); with_layout also reads the
 * layout list. The table must outlive the reader. */
vv_status vv_table_reader_open(vv_table_reader **out, vv_table *t, const size_t *wanted,
			       size_t wanted_count, bool with_layout, vv_error *err);
/* The next group into batch (its former content is replaced): 1, 0, <0. Long cells
 * are brought in line. */
int vv_table_read(vv_table_reader *r, vv_batch *batch, vv_error *err);
/* next read gives the group holding row */
vv_status vv_table_seek_row(vv_table_reader *r, uint64_t row, vv_error *err);
void vv_table_reader_close(vv_table_reader *r);

/* The number of groups (tables) or chunks (files). VV_EMISSING, VV_ECORRUPT: the list's top. */
vv_status vv_table_groups(const vv_table *t, uint64_t *out, vv_error *err);

/* Gives the file's exact bytes in order to fn (pieces of some 100 KB to MB) and
 * checks their hash and length against the root at the end (VV_ECORRUPT). Decodes
 * in the pool's threads (NULL: none). */
typedef vv_status (*vv_bytes_fn)(void *payload, const void *bytes, size_t len, vv_error *err);
vv_status vv_table_bytes(vv_table *t, vv_bytes_fn fn, void *payload, vv_pool *pool,
			 const vv_progress *progress, vv_error *err);

/* The same with more: the scan cache of the version is filled (cache, when not NULL),
 * and groups that `old` has as well are copied from its file instead of being made
 * (old_fd < 0: none). What old_fd holds is not trusted: when it is not `old` the end's
 * check fails with VV_ECORRUPT, and the caller tries again without it. */
typedef struct vv_bytes_options {
	vv_pool *pool;
	const vv_progress *progress;
	vv_scan_cache *cache;
	uint64_t secret;
	vv_table *old;
	int old_fd;
} vv_bytes_options;
vv_status vv_table_bytes_with(vv_table *t, vv_bytes_fn fn, void *payload,
			      const vv_bytes_options *opts, vv_error *err);

/* Byte offset in the file at which a row's raw bytes begin. */
vv_status vv_table_row_offset(vv_table *t, uint64_t row, uint64_t *offset, vv_error *err);

/* The file's exact bytes to be pulled (one thread); checked as vv_table_bytes does
 * when the end is read. */
typedef struct vv_table_source vv_table_source;
vv_status vv_table_source_open(vv_table_source **out, vv_table *t, vv_error *err);
/* count, 0 at the end, <0 */
ssize_t vv_table_source_read(void *source, void *buf, size_t len, vv_error *err);
void vv_table_source_close(vv_table_source *s);

/* Gives bytes [from, from + len) of the file to fn, in order, in pieces; what lies past its
 * end (t->root.bytes) is not given. Every block's name is checked, and the lengths that the
 * lists tell; the hash over the whole file is not, as vv_table_bytes does. VV_EMISSING,
 * VV_ECORRUPT. */
vv_status vv_table_range(vv_table *t, uint64_t from, uint64_t len, vv_bytes_fn fn, void *payload,
			 vv_error *err);

/* Appends one group's raw bytes, made from its cells and quirks: what restoring it
 * gives; and where each row's bytes end in out: ends has b->rows places (NULL: not
 * wanted). last: it is the table's last group. */
vv_status vv_batch_lines(vv_buf *out, size_t *ends, vv_table *t, const vv_batch *b, bool last,
			 vv_error *err);

/* Checks everything of a version: nodes canonical, groups canonical, weights and
 * sums right, every raw line parses under the dialect to exactly its row's cells,
 * raw lengths and hash agree. VV_ECORRUPT names group and row. (fsck --data,
 * receive.) */
vv_status vv_table_check(vv_table *t, vv_pool *pool, const vv_progress *progress, vv_error *err);

/* The same for many versions, one after the other: what a version has in common with
 * one that was found sound before is not read as rows and encoded again. */
typedef struct vv_table_checks vv_table_checks;
vv_table_checks *vv_table_checks_new(void);    /* NULL when out of memory */
void vv_table_checks_free(vv_table_checks *c); /* accepts NULL */
vv_status vv_table_checks_next(vv_table_checks *c, vv_table *t, vv_pool *pool,
			       const vv_progress *progress, vv_error *err);

/* The same version with another schema and key (names; NULL: the key it has): a new
 * root, no group rewritten, stored through sink->put. VV_EUSAGE when the schema's
 * fields are not the table's columns, VV_ENOTFOUND for a key column that is not
 * there. block, when not NULL, gets the new root's bytes. */
vv_status vv_table_reschema(vv_cid *out, vv_table *t, const vv_sink *sink, const char *schema,
			    size_t schema_len, const char *const *key, vv_key_source source,
			    vv_buf *block, vv_error *err);

#endif
