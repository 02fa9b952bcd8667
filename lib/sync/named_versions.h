/*
 * named_versions: the versions of datasets that a user names by a revision and paths.
 */
#ifndef VV_LIB_SYNC_NAMED_VERSIONS_H
#define VV_LIB_SYNC_NAMED_VERSIONS_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* rev: a commit, or "A..B": what B has and A not, and A; NULL: HEAD. paths: of files or folders,
 * NULL-ended; NULL: all. A version may be given more than once. VV_ENOTFOUND: no such revision; or, once all
 * were given, no dataset at one of the paths. */
typedef vv_status (*vv_named_version_fn)(void *payload, const vv_cid *root, const char *path,
					 vv_error *err);
vv_status vv_named_versions_each(vv_repository *r, const char *rev, const char *const *paths,
				 vv_named_version_fn fn, void *payload, vv_error *err);

/* Is it this path ("" for the top; a '/' at its end is passed over), or below it? */
bool vv_path_is_at(const char *path, const char *at);
/* Is it one of the paths, or below one? */
bool vv_path_is_among(const char *path, const char *const *paths);

#endif
