/*
 * worktree: small things that commands on a work tree share.
 */
#ifndef VV_CMD_WORKTREE_H
#define VV_CMD_WORKTREE_H

#include "base/error.h"
#include "repo/git/repository.h"

/* VV_EUSAGE in a bare repository. */
vv_status vv_worktree_need(const vv_repository *r, const char *command, vv_error *err);

/* The current folder, repository-relative, with no '/' behind; "" at the top and when
 * it lies outside. Owned by the caller. */
vv_status vv_worktree_prefix(char **out, vv_repository *r, vv_error *err);

/* Reports; the exit code is 2 whatever went wrong (where "no" is no answer). */
int vv_report_trouble(const vv_error *err);

#endif
