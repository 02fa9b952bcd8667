/*
 * moved: files that git mv renamed, whose lines of .gitattributes follow.
 *
 * git renames files on the disk, then writes the index; then come the lines, of which a folder brings its own. The note
 * (repo/git/verb/later.h) has the moves in the place of changed paths, for what a killed one left: those of files that are
 * there to names that are free.
 *
 *	vv_moves_put(&moves, from, to);     repository-relative, for each file or folder that was named
 *	... git runs
 *	rc = vv_moved_finish(repo, reader, &moves, false, err);
 */
#ifndef VV_LIB_WORKTREE_MOVED_H
#define VV_LIB_WORKTREE_MOVED_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "dataset/table/dataset_reader.h"
#include "repo/git/repository.h"

void vv_moves_put(vv_buf *moves, const char *from, const char *to);

/* The tables' entries get the new stat of their files; the lines of their old names are those of the new ones, unless these have others. again: of a
 * killed one; .gitattributes is staged as it is, too. Takes the index's lock. */
vv_status vv_moved_finish(vv_repository *r, vv_dataset_reader *reader, const vv_buf *moves,
			  bool again, vv_error *err);

/* What a killed one left: what the index has under its new name is finished, other files get their old names back. *done: it
 * was all of it, and nothing is left to do. */
vv_status vv_moved_recover(vv_repository *r, const vv_buf *moves, bool *done, vv_error *err);

#endif
