/*
 * named_versions: finds the versions of datasets that a user selects by a revision and paths.
 */
#ifndef VV_LIB_SYNC_NAMED_VERSIONS_H
#define VV_LIB_SYNC_NAMED_VERSIONS_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* Receives the root and path of one version; called by vv_named_versions_each. */
typedef vv_status (*vv_named_version_fn)(void *payload, const vv_cid *root, const char *path,
					 vv_error *err);
/* Calls fn for each version that rev and paths select. rev: a commit; or "A..B": the versions in
 * commit A, and those that the commits after A up to B added; NULL: HEAD. paths: files or folders,
 * ended by NULL; NULL: all. fn may be called several times for one version. VV_ENOTFOUND: the
 * revision does not exist; or, after all calls of fn, a path has no dataset. */
vv_status vv_named_versions_each(vv_repository *r, const char *rev, const char *const *paths,
				 vv_named_version_fn fn, void *payload, vv_error *err);

/* Returns true if path is equal to `at`, or below it. `at` may end in '/'; "" is the top. */
bool vv_path_is_at(const char *path, const char *at);
/* Returns true if path is equal to an element of `paths`, or below one, or if `paths` is NULL or
 * empty. The last element of `paths` is NULL. Sets found[i] to true for each paths[i] that path is
 * equal to or below; found may be NULL. */
bool vv_path_is_among(const char *path, const char *const *paths, bool *found);

/* Sets *found to an array of false for each of paths, which the caller frees with vv_free. */
vv_status vv_paths_unfound(bool **found, const char *const *paths, vv_error *err);
/* Returns VV_ENOTFOUND, and names the path, if found[i] is false for one of paths. */
vv_status vv_paths_found(const char *const *paths, const bool *found, vv_error *err);

#endif
