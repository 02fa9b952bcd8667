/*
 * way_back: makes it possible to undo a varve command until it ends, by storing the old files and
 * index entries that the command changes.
 *
 * Before anything changes, each file gets a second name in "varve/kept" of the Git folder, and a
 * note (repo/git/verb/later.h) lists the paths. If the command fails, it restores all paths. If the
 * command is killed, the next varve command restores all paths, unless HEAD has moved; paths that
 * were changed since then are not restored, but reported. A correct caller:
 *
 * 	vv_way_back_open(&w, repo, "track", "'varve track'", err);
 * 	vv_way_back_path(w, index, path, true, err);    for each path that will change
 * 	vv_way_back_ready(w, err);                      only now may files change
 * 	... files, index, last of all HEAD ...
 * 	vv_way_back_close(w, rc, err);
 */
#ifndef VV_LIB_WORKTREE_WAY_BACK_H
#define VV_LIB_WORKTREE_WAY_BACK_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* The name of the command for a transaction that ends with a commit. */
#define VV_WAY_BACK_COMMIT "transaction"

/* The way back of a command: the paths that it changes, and their old files. */
typedef struct vv_way_back vv_way_back;

/* Opens the way back of `command` as *out. The caller must hold the lock for writers (the turn,
 * repo/git/write_turn.h). `command` and `what` are as in vv_later, and are borrowed. VV_ELOCKED:
 * another varve process is changing files, for example one that waits for this process. */
vv_status vv_way_back_open(vv_way_back **out, vv_repository *r, const char *command,
			   const char *what, vv_error *err);
/* Adds `path`, which will change, to w. If x is not NULL, the path's entry in x will change; if
 * file is true, its work tree file will change. */
vv_status vv_way_back_path(vv_way_back *w, const vv_index *x, const char *path, bool file,
			   vv_error *err);
/* Adds the file `name` of the Git folder, which will change, to w. */
vv_status vv_way_back_file(vv_way_back *w, const char *name, vv_error *err);
/* Writes the note. After a failure, the caller must not change anything. */
vv_status vv_way_back_ready(vv_way_back *w, vv_error *err);
/* Ends the command, and frees w. rc: the result of the command; if it is negative, all paths are
 * restored. Returns rc, or, if rc is VV_OK, an error if the index could not be made durable. w may
 * be NULL. If restoring fails, the note is not removed, so that the next varve command tries again.
 * Paths that were edited meanwhile are not restored, but reported. */
vv_status vv_way_back_close(vv_way_back *w, vv_status rc, vv_error *err);

/* The result of a recovery. */
typedef enum vv_recovered {
	/* there was no killed command, or HEAD has moved on, so that it was not undone */
	VV_RECOVERED_NOTHING,
	VV_RECOVERED_UNDONE,  /* the killed command was undone */
	VV_RECOVERED_COMPLETE /* the killed command was completed, or had been complete */
} vv_recovered;
/* Undoes a killed command, sends a notice, sets *out to the result, and `was` to the killed
 * command. If no command was killed, sets *out to VV_RECOVERED_NOTHING, and `was` is unchanged. The
 * caller must hold the lock for writers. */
vv_status vv_way_back_recover(vv_repository *r, vv_recovered *out, char was[32], vv_error *err);

#endif
