/*
 * kept_commits: commits of which one thing is known, in a derived file, the latest first.
 *
 * A file that is missing or makes no sense has none.
 */
#ifndef VV_REPO_KNOWN_KEPT_COMMITS_H
#define VV_REPO_KNOWN_KEPT_COMMITS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "repo/git/oid.h"

#define VV_KEPT_COMMITS_MAX 4096u

/* *out: the caller's, with room for VV_KEPT_COMMITS_MAX. */
vv_status vv_kept_commits_read(vv_oid **out, size_t *count, const char *file, vv_error *err);

bool vv_kept_commits_has(const char *file, const vv_oid *id);

/* Puts these before those that are kept, of which the oldest are forgotten. */
vv_status vv_kept_commits_add(const char *file, const vv_oid *ids, size_t count, vv_error *err);

#endif
