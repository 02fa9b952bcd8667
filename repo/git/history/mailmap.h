/*
 * mailmap: the names that people have by now: git's answer, by .mailmap and its settings (gitmailmap(5)).
 */
#ifndef VV_REPO_GIT_HISTORY_MAILMAP_H
#define VV_REPO_GIT_HISTORY_MAILMAP_H

#include "base/error.h"
#include "repo/git/history/commit.h"
#include "repo/git/repository.h"

/* vv_commit_read for what people are to see: author and committer as git log shows them, unless log.mailmap is false. */
vv_status vv_mailmap_commit_read(vv_repository *r, const vv_oid *id, vv_commit *out, vv_error *err);

#endif
