/*
 * branch: renaming one. Making, moving and deleting is refs.h's.
 */
#ifndef VV_REPO_GIT_HISTORY_BRANCH_H
#define VV_REPO_GIT_HISTORY_BRANCH_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* Renames branch `from` (short name) to `to`: its reflog and settings (branch.<name>.*)
 * go along, and HEAD of every worktree that is on it. force: a branch `to` that exists
 * is replaced, unless it is checked out somewhere. VV_ENOTFOUND, VV_EEXISTS, VV_EUSAGE
 * (no fit name). */
vv_status vv_branch_rename(vv_repository *r, const char *from, const char *to, bool force,
			   vv_error *err);

#endif
