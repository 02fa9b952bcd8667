/*
 * write_turn: the lock of a work tree for one writer at a time: from before HEAD is read until
 * index, files and branch agree.
 *
 * The turn is an flock on "varve/turn" in the work tree's Git folder, so it ends with its process. The file names the last
 * process that had it. Each work tree has its own: work trees of one repository have their own HEAD and index, cannot have
 * one branch checked out twice, and share only refs, which move by compare-and-swap, and the store, which has its own lock:
 * varve locks it after the turn, while blocks are written. Git's programs ignore the turn; Git's index.lock excludes those.
 * Filters never take the turn, since they run while git has locked the index.
 *
 *	if ((rc = vv_write_turn_take(r, err)) < 0) return rc;
 *	... read HEAD, write files, index, branch ...
 *	vv_write_turn_release(r);     or vv_repository_close
 *
 * Programs that the repository runs meanwhile (hooks, the editor) have VARVE_TURN in their environment: they share the turn
 * of the process that runs them, so that a varve command in a hook does not wait for the command that waits for it.
 */
#ifndef VV_REPO_GIT_WRITE_TURN_H
#define VV_REPO_GIT_WRITE_TURN_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* Waits up to a minute; then VV_ELOCKED, which names the holder. Does nothing if the repository has it, if the
 * process that has it started this one, or if the repository is bare: branches move by compare-and-swap.
 * VV_ECANCELLED: the listener cancelled. */
vv_status vv_write_turn_take(vv_repository *r, vv_error *err);
/* Without waiting: VV_ELOCKED at once. */
vv_status vv_write_turn_try(vv_repository *r, vv_error *err);
void vv_write_turn_release(vv_repository *r); /* does nothing without the turn */

/* Has the repository the turn of a varve that started this process, and waits for it? */
bool vv_write_turn_is_lent(const vv_repository *r);

/* "VARVE_TURN=...", for the environment of programs that the holder runs and waits for; NULL: r does not have the
 * turn. Borrowed until release. */
const char *vv_write_turn_setting(const vv_repository *r);

#endif
