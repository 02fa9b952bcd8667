/*
 * dataset_writer: imports files and streams into the store.
 *
 * The store is locked during the imports. Then the blocks become durable first, the pointers' blobs
 * next, and the index or refs last:
 *
 * 	vv_dataset_writer_open(&w, repo, progress, err);
 * 	vv_dataset_writer_file(w, path, &options, &found, &is_pointer, err);   // any number
 * 	vv_dataset_writer_index(w, index, err);   // or vv_dataset_writer_commit, then write refs
 * 	vv_dataset_writer_close(w);
 *
 * Code that only reads uses the writer's dataset_reader.
 */
#ifndef VV_LIB_TABLES_DATASET_WRITER_H
#define VV_LIB_TABLES_DATASET_WRITER_H

#include "base/auto.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/index/index.h"

typedef struct vv_dataset_found vv_dataset_found;
typedef struct vv_dataset_options vv_dataset_options;
typedef struct vv_sink vv_sink;
typedef struct vv_source vv_source;

/* The writer of a command. It has a dataset_reader; do not open another one. */
typedef struct vv_dataset_writer vv_dataset_writer;
/* Opens a writer for repo as *out. progress may be NULL; both are borrowed. */
vv_status vv_dataset_writer_open(vv_dataset_writer **out, vv_repository *repo,
				 const vv_progress *progress, vv_error *err);
void vv_dataset_writer_close(vv_dataset_writer *w); /* accepts NULL */
VV_AUTO_FREE(vv_dataset_writer, vv_dataset_writer_close)

/* Returns the writer's dataset_reader, borrowed. Returns NULL if w is NULL. */
vv_dataset_reader *vv_dataset_writer_reader(vv_dataset_writer *w);

/* Sets *out to the store's writer, borrowed. The first call locks the store for writing until
 * vv_dataset_writer_release, and waits up to one minute for the lock. VV_ELOCKED: another
 * process still has the lock. After vv_dataset_writer_settle, the next call opens a new writer:
 * earlier writers and sinks are then invalid. */
vv_status vv_dataset_writer_blocks(vv_dataset_writer *w, vv_writer **out, vv_error *err);

/* Sets *out to a sink that stores blocks with the store's writer, and also reads blocks that are
 * not committed yet. Locks the store as vv_dataset_writer_blocks does. */
vv_status vv_dataset_writer_sink(vv_dataset_writer *w, vv_sink *out, vv_error *err);
/* Opens the version *root, which need not be committed, as the table *out, with its rows in the
 * file's order. Locks the store as vv_dataset_writer_blocks does. */
vv_status vv_dataset_writer_open_version(vv_dataset_writer *w, vv_table *out, const vv_cid *root,
					 vv_error *err);

/* Imports the work tree file at `path`, relative to the repository, stores it, and sets *out,
 * which must be initialised ({0}), to the result. A valid pointer, and errors, are handled as by
 * vv_dataset_reader_import_file. */
vv_status vv_dataset_writer_file(vv_dataset_writer *w, const char *path,
				 const vv_dataset_options *opts, vv_dataset_found *out,
				 bool *is_pointer, vv_error *err);

/* Starts to import the file `path` in another thread, for a later vv_dataset_writer_file with
 * the same path and opts. opts is borrowed until that call, and compared by its address. Call
 * this function in the order of the later calls. Results, messages and their order do not
 * change. Locks the store if that needs no waiting. Returns false if no file can be started now,
 * because too many are started or another process has locked the store: first call
 * vv_dataset_writer_file for the next file of the order. Returns true also for files that are
 * not started, such as large ones; vv_dataset_writer_file then imports them. */
bool vv_dataset_writer_ahead(vv_dataset_writer *w, const char *path,
			     const vv_dataset_options *opts);

/* Imports the bytes of `source` as the content of `path`, as vv_dataset_writer_file imports a
 * file; *out must be initialised there, too. Used by the clean filter. */
vv_status vv_dataset_writer_stream(vv_dataset_writer *w, const char *path, const vv_source *source,
				   const vv_dataset_options *opts, vv_dataset_found *out,
				   vv_error *err);

/* Makes the blocks durable, and then writes the pointers' blobs. The caller then writes the index
 * or refs, and calls vv_dataset_writer_release. */
vv_status vv_dataset_writer_commit(vv_dataset_writer *w, vv_error *err);
/* Unlocks the store for other writers and gc. Discards blocks that were not committed, and
 * imports that were started. */
void vv_dataset_writer_release(vv_dataset_writer *w);

/* Writes the pointers' blobs, makes them and the blocks durable, and writes the index x; the caller
 * then calls vv_dataset_writer_release. If another process, such as git, has locked the index,
 * first makes the blocks durable and calls vv_dataset_writer_settle: git may be running varve's
 * filter, which waits for the lock of the store. */
vv_status vv_dataset_writer_index(vv_dataset_writer *w, vv_index *x, vv_error *err);
/* Locks the index x early, for a later vv_dataset_writer_index. Call this before reading a file that
 * git changes only while it holds this lock, such as .gitattributes. If another process has locked the
 * index, does as vv_dataset_writer_index: earlier writers and sinks are then invalid. */
vv_status vv_dataset_writer_lock_index(vv_dataset_writer *w, vv_index *x, vv_error *err);

/* Unlocks the store for other writers, but not for gc, which must wait until
 * vv_dataset_writer_release. Call this after vv_dataset_writer_commit if the next step waits for
 * the lock of Git's index: git may have that lock, and run varve's filter, which waits for the lock
 * of the store. */
void vv_dataset_writer_settle(vv_dataset_writer *w);

#endif
