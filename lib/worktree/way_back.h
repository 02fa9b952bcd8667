/*
 * way_back: what a command of varve's own is about to change of files and index, kept until it ends.
 *
 * Before anything changes, each file gets a second name in "varve/kept" of the Git folder, and the note (repo/git/verb/later.h)
 * says what the paths were. A command that fails takes all back; of one that is killed the next does, unless HEAD has moved.
 * What somebody has changed since stays, and is named. A correct caller:
 *
 *	vv_way_back_open(&w, repo, "track", "'varve track'", err);
 *	vv_way_back_path(w, index, path, true, err);    for all that will change
 *	vv_way_back_ready(w, err);                      from here on things may change
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

/* The caller has the turn. command, what: borrowed, as vv_later has them. VV_ELOCKED: a varve that waits for this one is
 * changing files. */
vv_status vv_way_back_open(vv_way_back **out, vv_repository *r, const char *command,
			   const char *what, vv_error *err);
/* A path whose entry of the index, as x has it, will change (x NULL: it will not); and, with file, its file. */
vv_status vv_way_back_path(vv_way_back *w, const vv_index *x, const char *path, bool file,
			   vv_error *err);
/* A file of the Git folder. */
vv_status vv_way_back_file(vv_way_back *w, const char *name, vv_error *err);
/* Writes the note. On failure nothing is to be changed. */
vv_status vv_way_back_ready(vv_way_back *w, vv_error *err);
/* The end, with the outcome so far, which it returns; or, where all went well, that the index may not outlive a power cut. NULL: nothing. Where not all could go back the note stays for the next
 * varve. */
vv_status vv_way_back_close(vv_way_back *w, vv_status rc, vv_error *err);

typedef enum vv_recovered {
	VV_RECOVERED_NOTHING,
	VV_RECOVERED_UNDONE,
	VV_RECOVERED_COMPLETE
} vv_recovered;
/* Takes back what a killed one left, with a line. Who calls has the turn. was: its command. */
vv_status vv_way_back_recover(vv_repository *r, vv_recovered *out, char was[32], vv_error *err);

#endif
