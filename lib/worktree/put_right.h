/*
 * put_right: completes or undoes the work of killed commands, before anything is changed.
 *
 * The rules are in docs/operate/trust-and-loss.md, "Interrupted commands".
 */
#ifndef VV_LIB_WORKTREE_PUT_RIGHT_H
#define VV_LIB_WORKTREE_PUT_RIGHT_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* The result of the recovery of an interrupted command. */
typedef struct vv_interruption {
	bool undone,      /* the command was undone */
		finished; /* the command was completed, or had been complete */
	char command[32]; /* the interrupted command */
} vv_interruption;
/* Returns true if a command was undone or completed, and this command in *f was `command`, with or
 * without an option. */
bool vv_interruption_was(const vv_interruption *f, const char *command);

/* Acquires the lock for writers (the turn, repo/git/write_turn.h), which r holds until r is closed.
 * Then completes or undoes an interrupted command, with a notice. Every command that changes HEAD,
 * the index or files calls this function first. Paths that were changed since the interruption are
 * reported, but not changed. command: the running command, with its option; NULL: any other. On
 * success, sets *found, unless found is NULL, to the result, which is all zero if no command was
 * interrupted, or if the varve process that runs it still exists. VV_ELOCKED: another process has
 * the lock. VV_ENOSUPPORT: the interrupted command is of a newer varve. VV_EREFUSED: as in
 * vv_by_git_recover. */
vv_status vv_put_right(vv_repository *r, const char *command, vv_interruption *found,
		       vv_error *err);

#endif
