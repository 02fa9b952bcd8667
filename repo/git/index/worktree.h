/*
 * worktree: replaces and removes files of the work tree safely.
 */
#ifndef VV_REPO_GIT_INDEX_WORKTREE_H
#define VV_REPO_GIT_INDEX_WORKTREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/file.h"
#include "repo/git/repository.h"

/* Checks the folders above a path. VV_EREFUSED: one of them is a symbolic link or a file. */
vv_status vv_worktree_check_above(const vv_repository *r, const char *path, vv_error *err);

/* Removes a file, and the folders above it that are empty afterwards. A missing file is not an error, nor is a path
 * below a symbolic link; nothing is then removed. VV_EUSAGE: the repository is bare. */
vv_status vv_worktree_remove(vv_repository *r, const char *path, vv_error *err);
/* Removes an empty folder at the path, so that a file can be written there. VV_EREFUSED: the folder is not empty. */
vv_status vv_worktree_make_room(const vv_repository *r, const char *path, vv_error *err);
/* Returns the folder for a temporary file that will be renamed to `file` of the work tree. This is "tmp" in the Git
 * folder, since git add would stage the leftovers of a killed varve in the work tree. If r is NULL, or the Git folder
 * is on another file system, or files there get another group, it is the folder of `file`. The caller frees the
 * result; NULL: out of memory. */
char *vv_worktree_temp_dir(const vv_repository *r, const char *file);
/* Writes one of varve's own files in the work tree (.gitattributes), as vv_write_file does. */
vv_status vv_worktree_write_bytes(const vv_repository *r, const char *path, const void *bytes,
				  size_t len, bool durable, vv_error *err);

/* Sets the permissions of an open new file that will replace `file`. If `file` exists, its permissions are kept,
 * except x, which Git's mode determines. */
vv_status vv_worktree_mode(int fd, const char *file, uint32_t mode, vv_error *err);

/* This function is called for each complete new file before it replaces a path in the work tree. st is the file's
 * stat, of which only the ctime will change. A failure ends the writing. */
typedef vv_status (*vv_worktree_watch_fn)(void *payload, const char *path, const vv_stat *st,
					  vv_error *err);
/* Sets the function for this repository; NULL: no function is called. */
void vv_worktree_watch_set(vv_repository *r, vv_worktree_watch_fn fn, void *payload);
/* Calls the function, if one is set. For callers that rename files themselves: temp is about to replace the path. */
vv_status vv_worktree_watch(const vv_repository *r, const char *path, const char *temp,
			    vv_error *err);

#endif
