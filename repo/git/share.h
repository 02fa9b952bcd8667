/*
 * share: sets the permissions that core.sharedRepository requires, with which other users can also
 * write to the repository. Internal.
 */
#ifndef VV_REPO_GIT_SHARE_H
#define VV_REPO_GIT_SHARE_H

#include "repo/git/repository_internal.h"

/* Sets the permissions of a new file or folder in the Git folder. Does nothing if
 * core.sharedRepository is not set. */
vv_status vv_share(const vv_repository *r, const char *path, vv_error *err);

/* Sets the permissions of the folder of path, and of all folders above it that are below base. */
vv_status vv_share_above(const vv_repository *r, const char *base, const char *path, vv_error *err);

/* Sets the permissions of an open file. Call this before the file is renamed to its final name. */
vv_status vv_share_fd(const vv_repository *r, int fd, const char *path, vv_error *err);

#endif
