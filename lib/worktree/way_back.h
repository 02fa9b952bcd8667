/*
 * way_back: makes it possible to undo a varve command until it ends, by keeping the old files and
 * index entries that the command changes.
 *
 * Before anything changes, each file gets a second name in "varve/kept" of the Git folder, and a
 * note (repo/git/verb/later.h) lists the paths. If the command fails, it restores all paths. If the
 * command is killed, the next varve command restores all paths, unless HEAD has moved; paths that
 * were changed since then are not restored, but reported. A correct caller:
 *
 *	vv_way_back_open(&w, repo, "track", "'varve track'", err);
 *	vv_way_back_path(w, index, path, true, err);    for each path that will change
 *	vv_way_back_ready(w, err);                      only now may files change
 *	... files, index, last of all HEAD ...
 *	vv_way_back_close(w, rc, err);
 */
#ifndef VV_LIB_WORKTREE_WAY_BACK_H
#define VV_LIB_WORKTREE_WAY_BACK_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* The command of a transaction, which ends with a commit. */
#define VV_WAY_BACK_COMMIT "transaction"

typedef struct vv_way_back vv_way_back;

/* Opens the way back. The caller must have the write turn. `command` and `what` are as in vv_later,
 * and are borrowed. VV_ELOCKED: another varve process, which waits for this one, is changing
 * files. */
vv_status vv_way_back_open(vv_way_back **out, vv_repository *r, const char *command,
			   const char *what, vv_error *err);
/* Declares a path that will change. If x is not NULL, the path's entry in x will change; if file is
 * true, its work tree file will change. */
vv_status vv_way_back_path(vv_way_back *w, const vv_index *x, const char *path, bool file,
			   vv_error *err);
/* Declares a file of the Git folder that will change. */
vv_status vv_way_back_file(vv_way_back *w, const char *name, vv_error *err);
/* Writes the note. After a failure, the caller must not change anything. */
vv_status vv_way_back_ready(vv_way_back *w, vv_error *err);
/* Ends the command. rc is its result: if negative, restores all paths. Returns rc, or, if rc is
 * VV_OK, an error if the index could not be made durable. w may be NULL. If a path cannot be
 * restored, the note is not removed, so that the next varve command tries again. */
vv_status vv_way_back_close(vv_way_back *w, vv_status rc, vv_error *err);

typedef enum vv_recovered {
	VV_RECOVERED_NOTHING,
	VV_RECOVERED_UNDONE,
	VV_RECOVERED_COMPLETE
} vv_recovered;
/* Undoes a killed command, and prints a note. The caller must have the write turn. Sets `was` to
 * the killed command. */
vv_status vv_way_back_recover(vv_repository *r, vv_recovered *out, char was[32], vv_error *err);

#endif
