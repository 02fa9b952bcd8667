/*
 * interrupted: undoes an interrupted git that ran for a verb (repo/git/verb/runner.h).
 *
 * git changes files, then the index, then HEAD. If HEAD has not moved, files and index are restored, except those changed
 * before or since; if it has moved, git had finished.
 */
#ifndef VV_LIB_WORKTREE_INTERRUPTED_H
#define VV_LIB_WORKTREE_INTERRUPTED_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/verb/later.h"

/* *undone false: HEAD has moved, and nothing was undone. ours: no other process can have changed a file since git began. The
 * note stays. */
vv_status vv_interrupted_undo(vv_repository *r, const vv_later *note, bool ours, bool *undone,
			      vv_error *err);
/* Files and index entries go back to a commit's by git: back has the paths that it has, gone those that only the index has to
 * lose, each ended by a NUL. Large tables are pointers then. */
vv_status vv_interrupted_put_back(vv_repository *r, const vv_oid *from, const vv_buf *back,
				  const vv_buf *gone, vv_error *err);

#endif
