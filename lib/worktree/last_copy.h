/*
 * last_copy: protects a file of the work tree that may be the last copy of its version.
 *
 * A file that equals its version in the index can be replaced without loss only if the store has
 * the version. Call vv_last_copy_keep before a file is replaced or removed.
 */
#ifndef VV_LIB_WORKTREE_LAST_COPY_H
#define VV_LIB_WORKTREE_LAST_COPY_H

#include "base/error.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/index/index.h"

/* If the index's version of `path` has missing blocks, and the file has that version, stores the
 * file again, and reports this in a note. VV_EREFUSED: the file is unchanged since it was staged,
 * but importing it does not produce that version; or it is marked skip-worktree or assume-unchanged,
 * and was edited. The file must then not be replaced. Does nothing
 * for other edited or missing files, and for other files that are not datasets. Call this function before
 * anything changes the file's metadata. Locks the store for writing only if blocks are missing. */
vv_status vv_last_copy_keep(vv_repository *r, vv_dataset_reader *reader, vv_index *x,
			    const char *path, vv_error *err);

#endif
