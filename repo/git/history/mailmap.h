/*
 * mailmap: maps authors and committers to their current names and addresses by .mailmap and the
 * settings mailmap.file and mailmap.blob (gitmailmap(5)). git does the mapping.
 */
#ifndef VV_REPO_GIT_HISTORY_MAILMAP_H
#define VV_REPO_GIT_HISTORY_MAILMAP_H

#include "base/error.h"
#include "repo/git/history/commit.h"
#include "repo/git/repository.h"

/* Reads the commit id as vv_commit_read does, and maps its author and committer, unless log.mailmap
 * is false. If git cannot map them, they are unchanged. The caller clears *out, also after a
 * failure. Use this function for commits that are shown to the user. */
vv_status vv_mailmap_commit_read(vv_repository *r, const vv_oid *id, vv_commit *out, vv_error *err);
/* Ends git, which does the mapping, and forgets its answers: the next call reads .mailmap again. */
void vv_mailmap_forget(vv_repository *r);

#endif
