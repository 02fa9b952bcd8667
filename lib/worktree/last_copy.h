/*
 * last_copy: a file of the work tree that may be the only place where its version still is.
 *
 * A clean file may be replaced since its version can be had back: that is so only where the store has
 * the version. Asked before a file is replaced or removed.
 */
#ifndef VV_LIB_WORKTREE_LAST_COPY_H
#define VV_LIB_WORKTREE_LAST_COPY_H

#include "base/error.h"
#include "dataset/table/dataset_reader.h"
#include "repo/git/index/index.h"

/* Makes sure that the version which the index has of the path is in the store: where its blocks are
 * not and the file is that version, the file is stored again (a note says so). VV_EREFUSED: the file
 * is unchanged, and cannot be stored as just that version. A file that was edited is the caller's
 * business, as is one that is not there, or no table. To be called before the file is kept,
 * which changes its stat: later it only tries. Takes the store's writer lock only where
 * blocks are missing. */
vv_status vv_last_copy_keep(vv_repository *r, vv_dataset_reader *reader, const vv_index *x,
			    const char *path, vv_error *err);

#endif
