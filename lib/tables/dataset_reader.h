/*
 * dataset_reader: finds and opens the tables of a repository in a commit or the index, by a
 * pointer. dataset_import.h imports files of the work tree.
 *
 * All commands use a reader to find the previous version (in the index, else in HEAD),
 * datapackage.json, the caches, the store and the threads. A reader does not lock anything, and
 * writes only to caches; dataset_writer.h stores versions.
 */
#ifndef VV_LIB_TABLES_DATASET_READER_H
#define VV_LIB_TABLES_DATASET_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/progress.h"
#include "base/thread.h"
#include "repo/git/index/index.h"
#include "repo/git/index/stat_cache.h"
#include "repo/git/pointer.h"
#include "repo/git/repository.h"

typedef struct vv_table vv_table;           /* dataset/table/table.h */
typedef struct vv_mem_sink vv_mem_sink;     /* dataset/table/mem_sink.h */
typedef struct vv_scan_cache vv_scan_cache; /* dataset/read/scan_cache.h */

/* One value = the reader of one command. It opens the index, the threads and the other objects
 * below when they are first used. */
typedef struct vv_dataset_reader vv_dataset_reader;
/* Opens a reader for repo as *out. progress may be NULL; both are borrowed. */
vv_status vv_dataset_reader_open(vv_dataset_reader **out, vv_repository *repo,
				 const vv_progress *progress, vv_error *err);
void vv_dataset_reader_close(vv_dataset_reader *r); /* saves the stat cache; accepts NULL */
VV_AUTO_FREE(vv_dataset_reader, vv_dataset_reader_close)

/* Drops the cached data of HEAD, the index and packages, which other processes may change. For a
 * reader that is used for more than one command. */
void vv_dataset_reader_forget(vv_dataset_reader *r);
/* Calls vv_dataset_reader_forget if Git's index has changed. Call this function before each file in
 * a process that runs in parallel with git. */
void vv_dataset_reader_refresh(vv_dataset_reader *r);

/* Parts of a reader that its users have in common. */
typedef struct vv_reader_parts {
	vv_repository *repo;         /* borrowed */
	const vv_progress *progress; /* with which the reader was opened, borrowed; may be NULL */
	vv_stat_cache *stats;        /* of the repository */
	/* May be set: receives the blocks of later dry imports of paths that have a previous version, so
	 * that the imported version can be read; borrowed. NULL, the initial value: the blocks are
	 * discarded. */
	vv_mem_sink *kept;
	/* May be set: the reader runs no programs to read files. Documents (lib/documents) are then read
	 * as bytes. */
	bool runs_nothing;
} vv_reader_parts;
/* Returns the parts of r, borrowed until the reader is closed. */
vv_reader_parts *vv_dataset_reader_parts(vv_dataset_reader *r);

/* Returns the threads of the reader, borrowed until the reader is closed. The first call creates
 * them. Returns NULL if out of memory. */
vv_pool *vv_dataset_reader_pool(vv_dataset_reader *r);
/* Sets *out to Git's index, for reading, borrowed until the next call of a function with r. The
 * index is read once, and again if its file has changed. */
vv_status vv_dataset_reader_index(vv_dataset_reader *r, const vv_index **out, vv_error *err);
/* Makes the reader use x_or_null, the caller's open index with its changes, instead of reading
 * Git's. Call this function with NULL before closing that index. */
void vv_dataset_reader_lend_index(vv_dataset_reader *r, vv_index *x_or_null);
/* If the reader has no index yet, calls vv_dataset_reader_lend_index with x, and returns true: the
 * caller must take x back, by lending NULL, before closing x. Else returns false. */
bool vv_dataset_reader_lend_if_none(vv_dataset_reader *r, vv_index *x);

/* Returns the path of a temporary file with the content of *blob, or NULL if there is none.
 * Borrowed until the next vv_dataset_reader_take_copy. */
const char *vv_dataset_reader_copy(const vv_dataset_reader *r, const vv_oid *blob);
/* Records take_file, the path of a temporary file with the content of *blob. The reader then owns
 * the path. It keeps the last four files, and removes older ones; it removes all when it is
 * closed. */
void vv_dataset_reader_take_copy(vv_dataset_reader *r, const vv_oid *blob, char *take_file);

/* ---- versions by their root ---- */

/* Opens the version *root in the store of r as the table *out, with its rows in the order of the
 * file. The caller closes it with vv_table_close. VV_EMISSING: the root is not in the store. */
vv_status vv_dataset_open(vv_table *out, vv_repository *r, const vv_cid *root, vv_error *err);
/* Does what vv_dataset_open does, but with the rows in the order in which they are stored. */
vv_status vv_dataset_open_stored(vv_table *out, vv_repository *r, const vv_cid *root,
				 vv_error *err);

/* ---- pointers ---- */

/* Reads *blob as the pointer *out, whose texts are allocated in arena. VV_EINPUT: the blob is not a
 * valid pointer. VV_EREFUSED: it is larger than a pointer can be. VV_ENOSUPPORT: a newer varve
 * wrote it. */
vv_status vv_dataset_reader_pointer(vv_dataset_reader *r, const vv_oid *blob, vv_arena *arena,
				    vv_pointer *out, vv_error *err);

/* Reads *blob, which may be a pointer: sets *is to true and *out to the pointer if it is a valid
 * one, else *is to false. Large blobs are not read. */
vv_status vv_dataset_reader_find_pointer(vv_dataset_reader *r, const vv_oid *blob, vv_arena *arena,
					 vv_pointer *out, bool *is, vv_error *err);

/* Sets *out to true if *blob is a valid pointer, else to false. Large blobs are not read. */
vv_status vv_dataset_reader_is_pointer(vv_dataset_reader *r, const vv_oid *blob, bool *out,
				       vv_error *err);

/* ---- files of the work tree ---- */

/* Returns true if the file, whose metadata are *st, begins as a pointer does. Call this even if the
 * index has the same metadata: the index also has the metadata of files that were written as
 * pointers. */
bool vv_dataset_reader_holds_pointer(const char *file, const vv_stat *st);

/* Returns true if the file, whose metadata are *st, is the pointer blob *id, which was written
 * instead of the table. Line ends may differ. */
bool vv_dataset_reader_is_left(const char *file, const vv_stat *st, const vv_oid *id);

/* Sets *out to true if the same file would now be a different version of the table at `path`, whose
 * pointer is *blob, because the work tree's datapackage.json gives it other types, another key or
 * another dialect; else to false. Unless any_package is set, checks only packages that differ from
 * the index or HEAD, or whose schema or dialect is in a file that differs: the others were checked
 * by the commit. If any_package is set, an invalid package also sets *out to true. */
vv_status vv_dataset_reader_described_anew(vv_dataset_reader *r, const char *path,
					   const vv_oid *blob, bool any_package, bool *out,
					   vv_error *err);

/* Opens the file at `path` if it is, or may be, the version of the path's index entry *e. Returns a
 * descriptor, which the caller closes, and sets *st to the file's metadata. Returns -1 if the file
 * is another version, or if this is unknown. Sets *proved to true if the metadata prove that the
 * file is this version. If *proved is false, the file has the size of the version, and *want is the
 * hash of the version's bytes (known_bytes.h): the caller compares the hash of the file's bytes
 * with *want. */
int vv_dataset_reader_open_known(vv_dataset_reader *r, const char *path, const vv_index_entry *e,
				 vv_stat *st, bool *proved, vv_hash128 *want);

/* Sets *line to the number, from 1, of the line that contains the byte `offset` of the text of the
 * work tree file `path`. encoding: as in vv_dialect. */
vv_status vv_dataset_reader_line(vv_dataset_reader *r, const char *path, const char *encoding,
				 uint64_t offset, uint64_t *line, vv_error *err);

/* ---- the scan cache ---- */

/* Sets *out to the scan cache of the version *root of `path`, with which an import reads only the
 * changed parts of the file; NULL if the version has none. The caller frees *out with
 * vv_scan_cache_free. Sets *secret to the seed of its hashes. */
vv_status vv_dataset_reader_scan_cache(vv_dataset_reader *r, const char *path, const vv_cid *root,
				       vv_scan_cache **out, uint64_t *secret, vv_error *err);
/* Saves `cache`, the scan cache of a version of `path`; does nothing if it has fewer than two row
 * groups. given: git's filter wrote the version, possibly not to the work tree, so the cache is
 * saved in addition to the cache of the index's version. */
vv_status vv_dataset_reader_scan_cache_save(vv_dataset_reader *r, const char *path,
					    const vv_scan_cache *cache, bool given, vv_error *err);

#endif
