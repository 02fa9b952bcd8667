/*
 * interrupted: what a git that was run for a verb (repo/git/verb/runner.h) left undone.
 *
 * git changes files, then the index, then HEAD. Where HEAD is still what it was, files and index go back, but for what was
 * changed before and what somebody has changed since; where it has moved, all is done.
 */
#ifndef VV_LIB_WORKTREE_INTERRUPTED_H
#define VV_LIB_WORKTREE_INTERRUPTED_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/verb/later.h"

/* What a killed varve left is put right, with a line; nothing where none was killed. Who calls has the turn. */
vv_status vv_interrupted_recover(vv_repository *r, vv_error *err);

/* Only says it. */
void vv_interrupted_tell(vv_repository *r);

#endif
