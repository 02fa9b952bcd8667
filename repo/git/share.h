/*
 * share: core.sharedRepository: others than the owner may write here too. Internal.
 */
#ifndef VV_REPO_GIT_SHARE_H
#define VV_REPO_GIT_SHARE_H

#include "repo/git/repository_internal.h"

/* Sets the rights of a new file or folder of the Git folder by the setting (core.sharedRepository);
 * does nothing if it is not set. */
vv_status vv_share(const vv_repository *r, const char *path, vv_error *err);

/* The same for all folders from path's up to base, exclusively. */
vv_status vv_share_above(const vv_repository *r, const char *base, const char *path, vv_error *err);

/* For fd before its file is renamed into place. */
vv_status vv_share_fd(const vv_repository *r, int fd, const char *path, vv_error *err);

#endif
