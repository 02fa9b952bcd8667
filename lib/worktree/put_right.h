/*
 * put_right: what commands that were killed left, put right before anything is changed.
 *
 * docs/operate/trust-and-loss.md, "Interrupted commands", has the rules.
 */
#ifndef VV_LIB_WORKTREE_PUT_RIGHT_H
#define VV_LIB_WORKTREE_PUT_RIGHT_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* The recovery of an interrupted command. */
typedef struct vv_interruption {
	bool undone, finished; /* at most one; complete counts as finished */
	char command[32];
} vv_interruption;
/* Was it this command, or this command with an option? */
bool vv_interruption_was(const vv_interruption *f, const char *command);

/* Every command that changes HEAD, index or files calls this first: it takes the turn (repo/git/write_turn.h), which the
 * repository has until it is closed, and finishes or undoes an interrupted command, with a note. command: the running one, with
 * its option; NULL: another one. Recovers nothing if no command was interrupted or its varve still runs. VV_ELOCKED;
 * VV_ENOSUPPORT: it is a newer varve's. VV_EREFUSED: as vv_by_git_recover. Paths changed since the interruption are not
 * touched, but named. found may be NULL. */
vv_status vv_put_right(vv_repository *r, const char *command, vv_interruption *found,
		       vv_error *err);

#endif
