/*
 * interrupted: what a git that was run for a verb (repo/git/verb/runner.h) left undone.
 *
 * git changes files, then the index, then HEAD. Where HEAD is still what it was, files and index go back, but for what was
 * changed before and what somebody has changed since; where it has moved, all is done.
 */
#ifndef VV_LIB_WORKTREE_INTERRUPTED_H
#define VV_LIB_WORKTREE_INTERRUPTED_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/verb/later.h"

/* *undone false: HEAD has moved, so nothing is. ours: nobody else can have changed a file since git began. The note stays. */
vv_status vv_interrupted_undo(vv_repository *r, const vv_later *note, bool ours, bool *undone,
			      vv_error *err);
/* Files and index entries go back to a commit's by git: back has the paths that it has, gone those that only the index has to
 * lose, each ended by a NUL. Large tables are pointers then. */
vv_status vv_interrupted_put_back(vv_repository *r, const vv_oid *from, const vv_buf *back,
				  const vv_buf *gone, vv_error *err);

#endif
