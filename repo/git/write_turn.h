/*
 * write_turn: takes and releases the turn, a lock with which only one varve process at a time
 * changes a work tree. A process takes the turn before it reads HEAD, and releases it when index,
 * files and branch match.
 *
 * The turn is an flock on "varve/turn" in the work tree's Git folder, so the operating system
 * releases it when the process ends. The file names the last process that had the turn. Each work
 * tree of a repository has its own turn, since it has its own HEAD and index, and a branch cannot
 * be checked out in two work trees. Work trees share only refs and the store. Refs are updated by
 * compare-and-swap. The store has its own lock, which varve takes after the turn, while it writes
 * blocks. Git's programs ignore the turn; varve locks them out with Git's index.lock. Filters never
 * take the turn, since they run while git has locked the index.
 *
 * 	if ((rc = vv_write_turn_take(r, err)) < 0) return rc;
 * 	... read HEAD, write files, index, branch ...
 * 	vv_write_turn_release(r);     or vv_repository_close
 *
 * Programs that varve runs during its turn (hooks, the editor) have VARVE_TURN in their
 * environment. With this variable, a varve in a hook shares the turn of the varve that runs the
 * hook. Without it, each would wait for the other.
 */
#ifndef VV_REPO_GIT_WRITE_TURN_H
#define VV_REPO_GIT_WRITE_TURN_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* Takes the turn. If another process has the turn, waits up to a minute. Does nothing if r already
 * has the turn, or if the process that has the turn runs this process (vv_write_turn_is_lent). Also
 * does nothing in a bare repository, where only refs change, by compare-and-swap. VV_ELOCKED:
 * another process, or another vv_repository of this process, still has the turn; the message names
 * the process. VV_ECANCELLED: the repository's listener (vv_repository_notes) cancelled. */
vv_status vv_write_turn_take(vv_repository *r, vv_error *err);
/* Like vv_write_turn_take, but does not wait. */
vv_status vv_write_turn_try(vv_repository *r, vv_error *err);
void vv_write_turn_release(vv_repository *r); /* does nothing without the turn */

/* Returns true if r shares the turn of a varve process that runs this process and waits for it. */
bool vv_write_turn_is_lent(const vv_repository *r);

/* Returns "VARVE_TURN=..." for the environment of programs that this process runs and waits for,
 * borrowed until the turn is released. NULL: r does not have the turn itself. */
const char *vv_write_turn_setting(const vv_repository *r);

#endif
