/*
 * worktree: small things that commands on a work tree share.
 */
#ifndef VV_CMD_WORKTREE_H
#define VV_CMD_WORKTREE_H

#include "base/error.h"
#include "repo/git/repository.h"

/* The repository that the current folder lies in; what is worth a line while work goes on in
 * it goes to stderr. As vv_repository_open. */
vv_status vv_repository_open_here(vv_repository **out, vv_error *err);

/* VV_EUSAGE in a bare repository. */
vv_status vv_worktree_need(const vv_repository *r, const char *command, vv_error *err);

/* The current folder, repository-relative, with no '/' after; "" at the top and when
 * it lies outside. Owned by the caller. */
vv_status vv_worktree_prefix(char **out, vv_repository *r, vv_error *err);

/* Reports; the exit code is 2 whatever went wrong (where "no" is no answer). */
int vv_report_trouble(const vv_error *err);

#endif
