/*
 * finish: runs the steps that follow a commit.
 */
#ifndef VV_LIB_COMMIT_FINISH_H
#define VV_LIB_COMMIT_FINISH_H

#include "base/error.h"
#include "lib/worktree/way_back.h"
#include "repo/git/repository.h"

/* Removes the files in r that describe a merge and its conflicts; closes *back and sets it to NULL;
 * runs the hook named `hook`; packs loose objects if there are many. `back` and hook may be NULL.
 * The commit exists in any case, so failures are only reported as warnings. */
void vv_commit_finish(vv_repository *r, vv_way_back **back, const char *hook);

#endif
