/*
 * moved: files that git mv renamed, whose lines of .gitattributes follow.
 *
 * git renames files on the disk, then writes the index; then the lines are changed; a folder moves with its own. The note
 * (repo/git/verb/later.h) has the moves instead of changed paths, to recover a killed one: moves of existing files to free
 * names.
 *
 *	vv_moves_put(&moves, from, to);     repository-relative, for each named file or folder
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

/* The tables' entries get the new stat of their files; the lines of their old names are moved to the new ones, unless these
 * have lines. again: recovery of a killed one; .gitattributes is staged unchanged, too. Takes the index's lock. */
vv_status vv_moved_finish(vv_repository *r, vv_dataset_reader *reader, const vv_buf *moves,
			  bool again, vv_error *err);

/* Recovers a killed one: finishes moves whose new name is in the index, and moves other files back. *done: all were
 * finished, and no work is left. */
vv_status vv_moved_recover(vv_repository *r, const vv_buf *moves, bool *done, vv_error *err);

#endif
