/*
 * history: commits, trees, blobs, refs and revisions of the Git repository.
 *
 * One include for all of them; each noun has its own header.
 */
#ifndef VV_REPO_HISTORY_H
#define VV_REPO_HISTORY_H

#include "repo/blob.h"
#include "repo/commit.h"
#include "repo/git_pack.h"
#include "repo/log.h"
#include "repo/program.h"
#include "repo/refs.h"
#include "repo/revision.h"
#include "repo/state.h"
#include "repo/tree.h"

#endif
