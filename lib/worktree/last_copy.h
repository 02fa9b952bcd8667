/*
 * last_copy: a file of the work tree that may be the only place where its version still is.
 *
 * A clean file may be replaced since its version can be restored: but only if the store has the
 * version. Checked before a file is replaced or removed.
 */
#ifndef VV_LIB_WORKTREE_LAST_COPY_H
#define VV_LIB_WORKTREE_LAST_COPY_H

#include "base/error.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/index/index.h"

/* Makes sure that the store has the index's version of the path: if its blocks are missing and the
 * file is that version, stores the file again (with a note). VV_EREFUSED: the file is unchanged, but
 * cannot be stored as exactly that version. Edited or missing files, and files that are not tables,
 * are left to the caller. Call it before the file is kept, which changes its stat: later it only
 * tries. Takes the store's writer lock only where blocks are missing. */
vv_status vv_last_copy_keep(vv_repository *r, vv_dataset_reader *reader, const vv_index *x,
			    const char *path, vv_error *err);

#endif
