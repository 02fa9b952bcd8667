/*
 * dataset_writer: imports bytes into the store.
 *
 * Imports files and streams under the store's lock, and makes the imported versions durable in the
 * right order:
 *
 *	vv_dataset_writer_open(&w, repo, progress, err);
 *	vv_dataset_writer_file(w, path, &options, &found, &is_pointer, err);   // any number
 *	vv_dataset_writer_index(w, index, err);   // or vv_dataset_writer_commit, and what names it
 *	vv_dataset_writer_close(w);
 *
 * Code that only reads uses the writer's dataset_reader.
 */
#ifndef VV_LIB_TABLES_DATASET_WRITER_H
#define VV_LIB_TABLES_DATASET_WRITER_H

#include "base/auto.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/index/index.h"

/* One for a command. It has a reader of its own: do not open another beside it. */
typedef struct vv_dataset_writer vv_dataset_writer;
vv_status vv_dataset_writer_open(vv_dataset_writer **out, vv_repository *repo,
				 const vv_progress *progress, vv_error *err);
void vv_dataset_writer_close(vv_dataset_writer *w); /* accepts NULL */
VV_AUTO_FREE(vv_dataset_writer, vv_dataset_writer_close)

vv_dataset_reader *vv_dataset_writer_reader(vv_dataset_writer *w); /* borrowed; NULL for NULL */

/* The store's writer, which is locked from its first use until vv_dataset_writer_release. */
vv_status vv_dataset_writer_blocks(vv_dataset_writer *w, vv_writer **out, vv_error *err);

/* A sink into it, which also reads what is not committed yet; and a version in it, with its rows in the
 * file's order. */
vv_status vv_dataset_writer_sink(vv_dataset_writer *w, vv_sink *out, vv_error *err);
vv_status vv_dataset_writer_open_version(vv_dataset_writer *w, vv_table *out, const vv_cid *root,
					 vv_error *err);

/* Imports the work tree file at a repository-relative path and stores it. VV_EINPUT when the
 * file changed while it was read (tried twice). A file that contains a valid pointer text:
 * *is_pointer true, result empty, blob and pointer set. */
vv_status vv_dataset_writer_file(vv_dataset_writer *w, const char *path,
				 const vv_dataset_options *opts, vv_dataset_found *out,
				 bool *is_pointer, vv_error *err);

/* Begins to import a file for a later vv_dataset_writer_file with the same options, which must live until then:
 * small files are imported in parallel, as many as the machine has cores. Call it in the order in which the files
 * will be requested; it does not change results, messages or order. False: not now, request others first. */
bool vv_dataset_writer_ahead(vv_dataset_writer *w, const char *path,
			     const vv_dataset_options *opts);

/* As vv_dataset_writer_file, from a stream (the clean filter). */
vv_status vv_dataset_writer_stream(vv_dataset_writer *w, const char *path, const vv_source *source,
				   const vv_dataset_options *opts, vv_dataset_found *out,
				   vv_error *err);

/* Makes the blocks durable, then writes the pointers' blobs; the caller then writes index or
 * refs and calls vv_dataset_writer_release, which lets other writers in. */
vv_status vv_dataset_writer_commit(vv_dataset_writer *w, vv_error *err);
void vv_dataset_writer_release(vv_dataset_writer *w);

/* Makes the blocks, the pointers' blobs and the index's changes durable, in parallel as far as the
 * order allows; then the caller calls vv_dataset_writer_release. Plain git may have the index's
 * lock and wait, through the filter, for this writer: then the blocks are first, and other writers
 * may continue. */
vv_status vv_dataset_writer_index(vv_dataset_writer *w, vv_index *x, vv_error *err);
/* Takes the index's lock before vv_dataset_writer_index: for callers that first read files that git changes
 * under the lock (.gitattributes). */
vv_status vv_dataset_writer_lock_index(vv_dataset_writer *w, vv_index *x, vv_error *err);

/* After a commit, if the next step waits for Git's index: plain git may have locked that and wait,
 * through the filter, for this writer. Others may write then; gc is excluded until the release. */
void vv_dataset_writer_settle(vv_dataset_writer *w);

#endif
