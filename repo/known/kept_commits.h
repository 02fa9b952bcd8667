/*
 * kept_commits: a list of commits in a cache file, the latest first.
 *
 * If the file is missing or invalid, the list is empty.
 */
#ifndef VV_REPO_KNOWN_KEPT_COMMITS_H
#define VV_REPO_KNOWN_KEPT_COMMITS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "repo/git/oid.h"

#define VV_KEPT_COMMITS_MAX 4096u

/* Reads the list, at most VV_KEPT_COMMITS_MAX commits. The caller frees *out with vv_free. */
vv_status vv_kept_commits_read(vv_oid **out, size_t *count, const char *file, vv_error *err);

/* Returns true if the list has the commit. */
bool vv_kept_commits_has(const char *file, const vv_oid *id);

/* Adds commits to the front of the list. If the list is long, the oldest commits are removed. */
vv_status vv_kept_commits_add(const char *file, const vv_oid *ids, size_t count, vv_error *err);

#endif
