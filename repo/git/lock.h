/*
 * lock: Git's lock files. Internal to repo.
 */
#ifndef VV_REPO_GIT_LOCK_H
#define VV_REPO_GIT_LOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* A lock file of Git's, waited for: O_CREAT | O_EXCL, tried again for about five
 * seconds. The descriptor, or a vv_status: VV_ELOCKED names the file. */
int vv_git_lock(const char *lock_path, vv_error *err);

/* The same for one that is held through the descriptor until vv_git_lock_commit (or close and
 * unlink): should this process die, another varve takes the lock file away. */
int vv_git_lock_held(const char *lock_path, vv_error *err);

/* Writes text and closes fd, syncing it; then lock_path becomes path, and the
 * folder is synced when sync_dir. On failure the lock file is removed. */
vv_status vv_git_lock_commit(const vv_repository *r, int fd, const char *lock_path,
			     const char *path, const void *bytes, size_t len, bool sync_dir,
			     vv_error *err);

#endif
