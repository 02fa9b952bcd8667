/*
 * dataset_reader: finds and opens the table at a place of a repository: in a commit or the index (a
 * pointer), or in the work tree (a file, which is read as an import would, and not stored).
 *
 * All commands use it to find the previous version (in the index, else in HEAD), datapackage.json, the caches, the
 * store and the threads. It does not lock anything and writes only to caches; dataset_writer.h stores versions.
 */
#ifndef VV_LIB_TABLES_DATASET_READER_H
#define VV_LIB_TABLES_DATASET_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/file.h"
#include "base/progress.h"
#include "base/thread.h"
#include "dataset/format/mem_sink.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"
#include "repo/git/history/history.h"
#include "repo/git/index/index.h"
#include "repo/git/index/stat_cache.h"
#include "repo/git/repository.h"

/* Open one reader for each command. The reader opens the objects below when they are first used. */
typedef struct vv_dataset_reader vv_dataset_reader;
vv_status vv_dataset_reader_open(vv_dataset_reader **out, vv_repository *repo,
				 const vv_progress *progress, vv_error *err);
void vv_dataset_reader_close(vv_dataset_reader *r); /* saves the stat cache; accepts NULL */
VV_AUTO_FREE(vv_dataset_reader, vv_dataset_reader_close)

/* Drops cached data of HEAD, the index and packages, which other processes may change. For a reader that is used by
 * more than one command. */
void vv_dataset_reader_forget(vv_dataset_reader *r);
/* Calls vv_dataset_reader_forget if Git's index has changed. Call before each file in a process that runs beside
 * git. */
void vv_dataset_reader_refresh(vv_dataset_reader *r);

/* Return objects of the reader, borrowed until its close. The pool is created on first use. */
vv_repository *vv_dataset_reader_repository(const vv_dataset_reader *r);
const vv_progress *vv_dataset_reader_progress(const vv_dataset_reader *r);
vv_stat_cache *vv_dataset_reader_stats(vv_dataset_reader *r);
vv_pool *vv_dataset_reader_pool(vv_dataset_reader *r);
/* Gets Git's index for reading; it is read once, and again if the file has changed. Borrowed until the next call. */
vv_status vv_dataset_reader_index(vv_dataset_reader *r, const vv_index **out, vv_error *err);
/* Makes the reader use the caller's open index, with its changes, instead of reading Git's. Call again with NULL
 * before the caller closes the index. */
void vv_dataset_reader_lend_index(vv_dataset_reader *r, vv_index *x_or_null);
/* Lends x unless the reader has an index. Returns false if the reader has an index. */
bool vv_dataset_reader_lend_if_none(vv_dataset_reader *r, vv_index *x);

/* Makes the reader run no programs to read files: documents (lib/documents) are then read as bytes. */
void vv_dataset_reader_run_nothing(vv_dataset_reader *r);
bool vv_dataset_reader_runs_nothing(const vv_dataset_reader *r);

/* Returns the path of a temporary file with the content of the blob, or NULL if there is none. Borrowed until the next
 * vv_dataset_reader_take_copy. */
const char *vv_dataset_reader_copy(const vv_dataset_reader *r, const vv_oid *blob);
/* Records a temporary file with the content of the blob. The reader owns the path, and keeps the last few files until
 * it is closed. */
void vv_dataset_reader_take_copy(vv_dataset_reader *r, const vv_oid *blob, char *take_file);

/* Versions by their root. */

/* Open a version in the repository's store: vv_dataset_open with its rows in the order of the file, and
 * vv_dataset_open_stored in the order in which the rows are stored. */
vv_status vv_dataset_open(vv_table *out, vv_repository *r, const vv_cid *root, vv_error *err);
vv_status vv_dataset_open_stored(vv_table *out, vv_repository *r, const vv_cid *root,
				 vv_error *err);

/* Pointers. */

/* Reads a blob as a pointer, whose texts are in arena. VV_EINPUT: the blob is not a pointer. */
vv_status vv_dataset_reader_pointer(vv_dataset_reader *r, const vv_oid *blob, vv_arena *arena,
				    vv_pointer *out, vv_error *err);

/* Reads a blob that may be a pointer. Sets *is to whether it is a valid pointer; if so, sets *out. Large blobs are not
 * read. */
vv_status vv_dataset_reader_find_pointer(vv_dataset_reader *r, const vv_oid *blob, vv_arena *arena,
					 vv_pointer *out, bool *is, vv_error *err);

/* Sets *out to whether the blob is a valid pointer. Large blobs are not read. */
vv_status vv_dataset_reader_is_pointer(vv_dataset_reader *r, const vv_oid *blob, bool *out,
				       vv_error *err);

/* Files of the work tree. */

/* Returns true if the first bytes of the file are those of a pointer. An equal stat in the index does not show that a
 * file has the data: the index also has the stat of files that were left as pointers. */
bool vv_dataset_reader_holds_pointer(const char *file, const vv_stat *st);

/* Returns true if the file is the pointer blob id itself, apart from line ends, as git leaves it in place of the
 * table. */
bool vv_dataset_reader_is_left(const char *file, const vv_stat *st, const vv_oid *id);

/* The user's options of the command line. */
typedef struct vv_dataset_options {
	bool has_kind;
	vv_kind kind;           /* --as */
	vv_sniff_hints hints;   /* --delimiter ... */
	const char *const *key; /* --key: names, ended by NULL; --no-key: {NULL}; neither: NULL */
	const char *schema;  /* Table Schema for a table that no package describes; may be NULL */
	vv_order_wish order; /* --order */
	const vv_pointer *parent; /* the previous version; NULL: look it up */
	/* the block of parent's root if it is not in the store yet; else NULL */
	const vv_buf *parent_block;
	bool no_parent; /* the table is new: no previous version is looked up */
	bool as_named; /* refuse a table with a row that is too long, instead of storing it as bytes with a warning */
} vv_dataset_options;
#define VV_DATASET_OPTIONS_INIT                                                                    \
	{                                                                                          \
		false, VV_KIND_TABLE, VV_SNIFF_HINTS_INIT, NULL, NULL, VV_ORDER_KEEP, NULL, NULL,  \
			false, false                                                               \
	}

typedef struct vv_dataset_found {
	vv_import_result result; /* root, counts, findings; see root.kind */
	vv_oid blob;             /* the pointer's id; the blob is written if blocks are */
	vv_buf pointer;          /* the pointer's text */
	vv_cid parent;           /* root of the previous version; null: none was used */
	vv_root parent_root;     /* always initialised; filled if parent is set */
	vv_cid named; /* the root that the previous pointer names, even if its blocks are missing; null: no pointer */
	bool package; /* datapackage.json describes the table */
	char *package_path;
	vv_stat st;             /* metadata of the file that was read */
	uint64_t ms;            /* duration of the import */
	vv_writer_stats stored; /* what this path added to the store */
} vv_dataset_found;
void vv_dataset_found_init(vv_dataset_found *f);
void vv_dataset_found_clear(vv_dataset_found *f);
VV_AUTO_CLEAR(vv_dataset_found, vv_dataset_found_clear)

/* Opens the sink for the blocks of an import; called as late as possible, since open may lock. */
typedef struct vv_dataset_target {
	vv_status (*open)(void *payload, vv_sink *out, vv_error *err);
	void *payload;
} vv_dataset_target;

/* Import the work tree file at a repository-relative path, or a stream as the content of that path. to: stores blocks;
 * NULL: stores nothing (status). VV_EINPUT: the file changed while it was read, twice. *is_pointer: the file is a
 * valid pointer; out->blob and out->pointer are set, and out->result is empty. */
vv_status vv_dataset_reader_import_file(vv_dataset_reader *r, const char *path,
					const vv_dataset_options *opts, const vv_dataset_target *to,
					vv_dataset_found *out, bool *is_pointer, vv_error *err);
vv_status vv_dataset_reader_import(vv_dataset_reader *r, const char *path, const vv_source *source,
				   const vv_dataset_options *opts, const vv_dataset_target *to,
				   vv_dataset_found *out, vv_error *err);

/* Makes later imports without a target, but with a parent, put their blocks into `blocks` (borrowed), so that the
 * found version can be read. NULL, the initial value: the blocks are not kept. */
void vv_dataset_reader_keep(vv_dataset_reader *r, vv_mem_sink *blocks);

/* Sets *out to whether the work tree's datapackage.json changes the types, key or dialect of the pointer's table, so
 * that the same file is a different version. Unless any_package is set, checks only packages that differ from the
 * index or HEAD, or whose schema or dialect is in a file that differs: the others were checked by the commit. */
vv_status vv_dataset_reader_described_anew(vv_dataset_reader *r, const char *path,
					   const vv_oid *blob, bool any_package, bool *out,
					   vv_error *err);

/* The state of a tracked path in the work tree. */
typedef enum vv_work_state {
	VV_WORK_SAME, /* the file is the version that the index's pointer names */
	VV_WORK_MODIFIED,
	VV_WORK_DELETED,
	VV_WORK_POINTER, /* the file is the index's pointer text: not materialised */
	VV_WORK_OTHER    /* not a regular file */
} vv_work_state;
/* Determines the state of a path from the file's stat and the stat cache. If these are not sufficient, imports the
 * file, and *found gets the result (`found` may be NULL). */
vv_status vv_dataset_reader_work_state(vv_dataset_reader *r, const char *path,
				       const vv_oid *index_blob, const vv_index_entry *entry,
				       vv_work_state *out, vv_dataset_found *found, vv_error *err);
/* Opens the file at path if it is, or may be, the version of the pointer blob, and sets *st to its stat. *proved is
 * true if the stat proves that the file is this version. Otherwise varve wrote this version to some file of the same
 * size, and the file is this version if its bytes have the hash *want (known_bytes.h). Returns a descriptor, or -1. */
int vv_dataset_reader_open_known(vv_dataset_reader *r, const char *path, const vv_oid *blob,
				 vv_stat *st, bool *proved, vv_hash128 *want);

/* Gets the 1-based line number of a byte offset in the text of a work tree file. encoding: as in vv_dialect. */
vv_status vv_dataset_reader_line(vv_dataset_reader *r, const char *path, const char *encoding,
				 uint64_t offset, uint64_t *line, vv_error *err);

/* The scan cache. */

/* Gets the scan cache of a version of path, for reading a changed file without storing it. The caller frees *out with
 * vv_scan_cache_free; NULL: the version has no scan cache. *secret seeds its hashes. */
vv_status vv_dataset_reader_scan_cache(vv_dataset_reader *r, const char *path, const vv_cid *root,
				       vv_scan_cache **out, uint64_t *secret, vv_error *err);
/* Saves the scan cache of a version of path. given: git's filter wrote the version, possibly not to the work tree, so
 * the cache is saved in addition to the cache of the index's version. */
vv_status vv_dataset_reader_scan_cache_save(vv_dataset_reader *r, const char *path,
					    const vv_scan_cache *cache, bool given, vv_error *err);

#endif
