/*
 * dataset_reader: finds and opens the table at a place of a repository: in a commit or the index (a
 * pointer), or in the work tree (a file, which is read as an import would, and not stored).
 *
 * Shared by all commands: the previous version (index, else HEAD), datapackage.json, the caches,
 * the store, the threads. It takes no lock and writes only to caches; dataset_writer.h stores
 * versions.
 */
#ifndef VV_DATASET_TABLE_DATASET_READER_H
#define VV_DATASET_TABLE_DATASET_READER_H

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

/* One per command; opens objects on demand. */
typedef struct vv_dataset_reader vv_dataset_reader;
vv_status vv_dataset_reader_open(vv_dataset_reader **out, vv_repository *repo,
				 const vv_progress *progress, vv_error *err);
void vv_dataset_reader_close(vv_dataset_reader *r); /* saves the stat cache; accepts NULL */
VV_AUTO_FREE(vv_dataset_reader, vv_dataset_reader_close)

/* Drops cached data of HEAD, the index and packages, which other processes may change: for a reader that outlives a
 * command. */
void vv_dataset_reader_forget(vv_dataset_reader *r);
/* The same where Git's index is another by now: before each file of a process that git continues beside. */
void vv_dataset_reader_refresh(vv_dataset_reader *r);

/* Its objects; all borrowed. The pool is made on first use, the store opened. */
vv_repository *vv_dataset_reader_repository(const vv_dataset_reader *r);
const vv_progress *vv_dataset_reader_progress(const vv_dataset_reader *r);
vv_stat_cache *vv_dataset_reader_stats(vv_dataset_reader *r);
vv_pool *vv_dataset_reader_pool(vv_dataset_reader *r);
vv_status vv_dataset_reader_store(vv_dataset_reader *r, vv_store **out, vv_error *err);
/* Git's index, to look into: read once, and again if the file has changed. Borrowed until the
 * next call. */
vv_status vv_dataset_reader_index(vv_dataset_reader *r, const vv_index **out, vv_error *err);
/* Uses the caller's open index instead, with its changes, until called with NULL, before the caller
 * closes it. */
void vv_dataset_reader_lend_index(vv_dataset_reader *r, vv_index *x_or_null);
/* The same if it has none; false: it has one. */
bool vv_dataset_reader_lend_if_none(vv_dataset_reader *r, vv_index *x);

/* From now on no program is run to read a file: documents (lib/documents) are files of bytes. */
void vv_dataset_reader_run_nothing(vv_dataset_reader *r);
bool vv_dataset_reader_runs_nothing(const vv_dataset_reader *r);

/* Blobs that were written to temporary files: the last few of them, until the reader is closed. NULL: not this one. */
const char *vv_dataset_reader_copy(const vv_dataset_reader *r, const vv_oid *blob);
void vv_dataset_reader_take_copy(vv_dataset_reader *r, const vv_oid *blob, char *take_file);

/* Pointers. */

/* A pointer blob read and opened. VV_EINPUT: not a pointer. */
vv_status vv_dataset_reader_pointer(vv_dataset_reader *r, const vv_oid *blob, vv_arena *arena,
				    vv_pointer *out, vv_error *err);

/* Is the blob a pointer (small and parses)? Ordinary blobs answer false quickly. */
vv_status vv_dataset_reader_is_pointer(vv_dataset_reader *r, const vv_oid *blob, bool *out,
				       vv_error *err);

/* Files of the work tree. */

/* Does the file begin as a pointer? Its first bytes are read. The index also has the stat of files that were left as
 * pointers. */
bool vv_dataset_reader_holds_pointer(const char *file, const vv_stat *st);

/* Is it this blob, a pointer, but for line ends, as git leaves it in place of the table? */
bool vv_dataset_reader_is_left(const char *file, const vv_stat *st, const vv_oid *id);

/* The user's options of the command line. */
typedef struct vv_dataset_options {
	bool has_kind;
	vv_kind kind;             /* --as */
	vv_sniff_hints hints;     /* --delimiter ... */
	const char *const *key;   /* --key (names), --no-key ({NULL}), NULL */
	const char *schema;       /* Table Schema, where no package has one; NULL */
	vv_order_wish order;      /* --order */
	const vv_pointer *parent; /* overrides the lookup; may be NULL */
	/* the block of parent's root, if it waits in this writer; else NULL */
	const vv_buf *parent_block;
	bool no_parent;
	bool as_named; /* a table with a row that is too long is refused, not kept as bytes with a warning */
} vv_dataset_options;
#define VV_DATASET_OPTIONS_INIT                                                                    \
	{                                                                                          \
		false, VV_KIND_TABLE, VV_SNIFF_HINTS_INIT, NULL, NULL, VV_ORDER_KEEP, NULL, NULL,  \
			false, false                                                               \
	}

typedef struct vv_dataset_found {
	vv_import_result result; /* root, counts, findings; see root.kind */
	vv_oid blob;             /* the pointer's id (written when blocks were) */
	vv_buf pointer;          /* its text */
	vv_cid parent;           /* null when there was none */
	vv_root parent_root;     /* initialised always; filled when parent is set */
	vv_cid named; /* the previous pointer's root, with its blocks here or not; null: none */
	bool package; /* datapackage.json described it */
	char *package_path;
	vv_stat st; /* of the file that was read */
	uint64_t ms;
	vv_writer_stats stored; /* what this path added to the store */
} vv_dataset_found;
void vv_dataset_found_init(vv_dataset_found *f);
void vv_dataset_found_clear(vv_dataset_found *f);
VV_AUTO_CLEAR(vv_dataset_found, vv_dataset_found_clear)

/* The sink for an import's blocks: opened last, since it may lock. */
typedef struct vv_dataset_target {
	vv_status (*open)(void *payload, vv_sink *out, vv_error *err);
	void *payload;
} vv_dataset_target;

/* Imports the work tree file at a repository-relative path, or a stream as the content of
 * that path. to NULL: nothing is stored (status). VV_EINPUT when the file changed while it
 * was read (tried twice). A file that contains a valid pointer text: *is_pointer true, result
 * empty, blob and pointer set. */
vv_status vv_dataset_reader_import_file(vv_dataset_reader *r, const char *path,
					const vv_dataset_options *opts, const vv_dataset_target *to,
					vv_dataset_found *out, bool *is_pointer, vv_error *err);
vv_status vv_dataset_reader_import(vv_dataset_reader *r, const char *path, const vv_source *source,
				   const vv_dataset_options *opts, const vv_dataset_target *to,
				   vv_dataset_found *out, vv_error *err);

/* From now on imports without a target, against a parent, put their blocks there (borrowed):
 * the version that was found can then be read. NULL: nowhere, as at first. */
void vv_dataset_reader_keep(vv_dataset_reader *r, vv_mem_sink *blocks);

/* Does the work tree's datapackage.json change the types, key or dialect of a pointer's table, so that the same
 * file is another version? Checks only packages that differ from the index or HEAD, or name a schema or dialect in
 * a file that does, unless any_package: the commit checked the others. Costs nothing without packages. */
vv_status vv_dataset_reader_described_anew(vv_dataset_reader *r, const char *path,
					   const vv_oid *blob, bool any_package, bool *out,
					   vv_error *err);

/* The state of a tracked path in the work tree, cheaply. */
typedef enum vv_work_state {
	VV_WORK_SAME, /* equals the index's pointer */
	VV_WORK_MODIFIED,
	VV_WORK_DELETED,
	VV_WORK_POINTER, /* the index's pointer text itself: not materialised */
	VV_WORK_OTHER    /* no regular file */
} vv_work_state;
/* Compares stat, stat cache and (only if these do not suffice) the content: then *found, if not
 * NULL, gets the result of the import. */
vv_status vv_dataset_reader_work_state(vv_dataset_reader *r, const char *path,
				       const vv_oid *index_blob, const vv_index_entry *entry,
				       vv_work_state *out, vv_dataset_found *found, vv_error *err);
/* Opens the path's file if its stat proves that it is that version; st gets the stat. -1: it does not. */
int vv_dataset_reader_open_known(vv_dataset_reader *r, const char *path, const vv_oid *blob,
				 vv_stat *st);

/* Line number (1-based) of a byte offset in the text of a work tree file; encoding: vv_dialect's. */
vv_status vv_dataset_reader_line(vv_dataset_reader *r, const char *path, const char *encoding,
				 uint64_t offset, uint64_t *line, vv_error *err);

/* The scan cache. */

/* The cached scan of a version of path: for reading a changed file without storing it. *out NULL:
 * none; owned by the caller (vv_scan_cache_free). *secret seeds its hashes. */
vv_status vv_dataset_reader_scan_cache(vv_dataset_reader *r, const char *path, const vv_cid *root,
				       vv_scan_cache **out, uint64_t *secret, vv_error *err);
/* given: the version was written by git's filter, maybe not to the work tree; it is kept beside the one
 * of the index. */
vv_status vv_dataset_reader_scan_cache_save(vv_dataset_reader *r, const char *path,
					    const vv_scan_cache *cache, bool given, vv_error *err);
vv_status vv_dataset_reader_secret(vv_dataset_reader *r, uint64_t *out, vv_error *err);

#endif
