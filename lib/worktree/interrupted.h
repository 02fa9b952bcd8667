/*
 * interrupted: undoes the work of an interrupted git that varve ran (repo/git/verb/runner.h).
 *
 * git changes files, then the index, then HEAD. If HEAD has not moved, the files and the index are
 * restored, except paths that were changed before git began or after the interruption. If HEAD has
 * moved, git had finished. A note is the record of a running command (repo/git/verb/later.h).
 */
#ifndef VV_LIB_WORKTREE_INTERRUPTED_H
#define VV_LIB_WORKTREE_INTERRUPTED_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/verb/later.h"

/* Returns true if git has been run since the command of *note was interrupted, so that files and index
 * are the user's: HEAD was reset, or the index has neither the old nor the new entries. Such a command
 * must not be undone. */
bool vv_interrupted_is_past(vv_repository *r, const vv_later *note);
/* Undoes the work of the interrupted command that *note describes, and sets *undone to true. If
 * HEAD has moved, or if the command can only be completed (note->to is null), undoes nothing, and
 * sets *undone to false. ours: no other process can have changed a file since git began. Does not
 * remove the note. */
vv_status vv_interrupted_undo(vv_repository *r, const vv_later *note, bool ours, bool *undone,
			      vv_error *err);
/* Restores files and index entries from the commit *from with git. back: paths that the commit has.
 * gone: paths to remove from the index. Each path ends with a NUL. Large tables are restored as
 * pointers (repo/git/pointer.h). */
vv_status vv_interrupted_put_back(vv_repository *r, const vv_oid *from, const vv_buf *back,
				  const vv_buf *gone, vv_error *err);

#endif
