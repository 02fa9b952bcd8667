/*
 * way_back: makes a varve command undoable until it ends: keeps the files and index entries that
 * it changes.
 *
 * Before anything changes, each file gets a second name in "varve/kept" of the Git folder, and the
 * note (repo/git/verb/later.h) lists the paths. A failing command restores everything. If the
 * command was killed, the next command restores everything, unless HEAD has moved. Paths changed
 * since then stay, and are named. A correct caller:
 *
 *	vv_way_back_open(&w, repo, "track", "'varve track'", err);
 *	vv_way_back_path(w, index, path, true, err);    for all that will change
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

#define VV_WAY_BACK_COMMIT "transaction" /* the command that ends with a commit */

typedef struct vv_way_back vv_way_back;

/* Opens the way back. The caller must have the turn. command, what: as in vv_later; borrowed.
 * VV_ELOCKED: another varve, which waits for this one, is changing files. */
vv_status vv_way_back_open(vv_way_back **out, vv_repository *r, const char *command,
			   const char *what, vv_error *err);
/* Declares a path whose index entry in x will change (x NULL: it will not change); with file,
 * the path's file will change, too. */
vv_status vv_way_back_path(vv_way_back *w, const vv_index *x, const char *path, bool file,
			   vv_error *err);
/* Declares a file of the Git folder that will change. */
vv_status vv_way_back_file(vv_way_back *w, const char *name, vv_error *err);
/* Writes the note. After a failure the caller must change nothing. */
vv_status vv_way_back_ready(vv_way_back *w, vv_error *err);
/* Ends the command with the outcome rc: on failure restores all paths. Returns rc, or, after
 * success, an error if the index could not be made durable. w may be NULL. If a path could not
 * be restored, the note stays for the next varve. */
vv_status vv_way_back_close(vv_way_back *w, vv_status rc, vv_error *err);

typedef enum vv_recovered {
	VV_RECOVERED_NOTHING,
	VV_RECOVERED_UNDONE,
	VV_RECOVERED_COMPLETE
} vv_recovered;
/* Undoes a killed command, and prints a note. The caller must have the turn. was: the killed
 * command. */
vv_status vv_way_back_recover(vv_repository *r, vv_recovered *out, char was[32], vv_error *err);

#endif
