/*
 * kept_commits: reads and extends lists of commits in cache files. The commits added last are
 * first.
 *
 * If a file is missing or invalid, its list is empty.
 */
#ifndef VV_REPO_KNOWN_KEPT_COMMITS_H
#define VV_REPO_KNOWN_KEPT_COMMITS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "repo/git/oid.h"

#define VV_KEPT_COMMITS_MAX 4096u /* most commits of a list */

/* Sets *out to the commits in the file, at most VV_KEPT_COMMITS_MAX. The caller clears *out. */
vv_status vv_kept_commits_read(vv_oids *out, const char *file, vv_error *err);

/* Adds the count commits ids, at most VV_KEPT_COMMITS_MAX of them, to the front of the list in the
 * file; ids[0] becomes the first. Of the commits that were in the list, only the first 512 stay. */
vv_status vv_kept_commits_add(const char *file, const vv_oid *ids, size_t count, vv_error *err);

#endif
