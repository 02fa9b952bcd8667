/*
 * moved: changes the paths in lines of .gitattributes after git mv has renamed their files.
 *
 * git renames the files, then writes the index; afterwards the lines are changed. A renamed folder
 * keeps its own .gitattributes. A move is a pair of paths: the old path of an existing file or
 * folder, and its new path, which was unused. The note (the record of the command for its recovery,
 * repo/git/verb/later.h) has the moves instead of changed paths.
 *
 * 	vv_moves_put(&moves, from, to);     paths in the repository, for each file or folder
 * 	... git runs
 * 	rc = vv_moved_finish(repo, reader, &moves, false, err);
 */
#ifndef VV_LIB_WORKTREE_MOVED_H
#define VV_LIB_WORKTREE_MOVED_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/repository.h"

/* Appends to `moves` the move of the file or folder `from` to `to`. */
void vv_moves_put(vv_buf *moves, const char *from, const char *to);

/* Changes .gitattributes for each table in `moves` whose old path is no longer in the index:
 * removes the line of the old path, and adds a line for the new path unless another line matches
 * it. Stages .gitattributes, and writes the index, which is locked meanwhile. again: a killed
 * command is recovered, so .gitattributes is staged even if this call does not change it. On
 * failure, .gitattributes is restored. */
vv_status vv_moved_finish(vv_repository *r, vv_dataset_reader *reader, const vv_buf *moves,
			  bool again, vv_error *err);

/* Recovers a killed command: undoes the moves whose old path is still in the index, and completes
 * the others. Sets *done to true if all moves were completed, else to false. */
vv_status vv_moved_recover(vv_repository *r, const vv_buf *moves, bool *done, vv_error *err);

#endif
