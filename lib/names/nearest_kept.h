/*
 * nearest_kept: finds the version of a path that is nearest in time to a version whose rows are not
 * in this repository.
 */
#ifndef VV_LIB_NAMES_NEAREST_KEPT_H
#define VV_LIB_NAMES_NEAREST_KEPT_H

#include "base/error.h"
#include "repo/git/repository.h"

/* If err has no hint, and the version of `path` in the revision `rev` has expired or is lost
 * (err->gap), adds the hint that names the stored version of the path that is nearest in time, of
 * the commits of HEAD and of the ancestors of rev. Follows renames. */
void vv_nearest_kept_hint(vv_repository *r, const char *rev, const char *path, vv_error *err);

#endif
