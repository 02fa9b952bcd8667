/*
 * finish: the steps after a commit is made.
 */
#ifndef VV_LIB_COMMIT_FINISH_H
#define VV_LIB_COMMIT_FINISH_H

#include "base/error.h"
#include "lib/worktree/way_back.h"
#include "repo/git/repository.h"

/* The records of a merge and its conflicts are removed, the way back (NULL, or one that is closed
 * and set to NULL) is closed, the hook (NULL: none) is run, and loose objects are packed where
 * there are many. The commit exists whatever happens here: failures are printed as warnings. */
void vv_commit_finish(vv_repository *r, vv_way_back **back, const char *hook);

#endif
