/*
 * history: includes the headers for commits, trees, blobs, refs and revisions of a Git repository.
 */
#ifndef VV_REPO_GIT_HISTORY_HISTORY_H
#define VV_REPO_GIT_HISTORY_HISTORY_H

#include "repo/git/blob.h"
#include "repo/git/history/commit.h"
#include "repo/git/history/log.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/revision.h"
#include "repo/git/history/state.h"
#include "repo/git/program.h"
#include "repo/git/tree.h"

#endif
