/*
 * moved: moves lines of .gitattributes after git mv has renamed their files.
 *
 * git renames the files, then writes the index; afterwards the lines are changed. If a folder is
 * moved, its own .gitattributes moves with it. So that a killed command can be recovered, the note
 * (repo/git/verb/later.h) has the moves instead of changed paths. Each move gives an existing file
 * or folder an unused name.
 *
 *	vv_moves_put(&moves, from, to);     paths in the repository, for each file or folder
 *	... git runs
 *	rc = vv_moved_finish(repo, reader, &moves, false, err);
 */
#ifndef VV_LIB_WORKTREE_MOVED_H
#define VV_LIB_WORKTREE_MOVED_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/repository.h"

void vv_moves_put(vv_buf *moves, const char *from, const char *to);

/* Gives the tables' index entries the stat of their files, and moves the lines of their old names
 * to the new names, unless the new names have lines. again: recovers a killed command; then
 * .gitattributes is staged even if this call does not change it. Locks the index. */
vv_status vv_moved_finish(vv_repository *r, vv_dataset_reader *reader, const vv_buf *moves,
			  bool again, vv_error *err);

/* Recovers a killed command: completes the moves whose new name is in the index, and moves other
 * files back. *done: all moves were completed. */
vv_status vv_moved_recover(vv_repository *r, const vv_buf *moves, bool *done, vv_error *err);

#endif
