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

/* Checks that each existing folder above the path is really a folder. VV_EREFUSED: one of them is a
 * symbolic link or a file. */
vv_status vv_worktree_check_above(const vv_repository *r, const char *path, vv_error *err);

/* Removes the file at path, and the folders above it that are empty afterwards, except the current
 * folder of the process. If the file is missing, or path is below a symbolic link or a file,
 * removes nothing and returns VV_OK. VV_EUSAGE: the repository is bare. */
vv_status vv_worktree_remove(vv_repository *r, const char *path, vv_error *err);
/* Removes an empty folder at the path, so that a file can be written at the path. Does nothing if
 * the path is not a folder. VV_EREFUSED: the folder cannot be removed, mostly because it is not
 * empty. */
vv_status vv_worktree_make_room(const vv_repository *r, const char *path, vv_error *err);
/* Returns the folder for a temporary file that will be renamed to `file` in the work tree. The
 * folder is "varve/tmp" in the Git folder, since git add would stage the leftovers of a killed
 * varve in the work tree. If r is NULL, or the Git folder is on another file system, or files in it
 * get another group, the folder is that of `file`. The caller frees the result with vv_free; NULL:
 * out of memory. */
char *vv_worktree_temp_dir(const vv_repository *r, const char *file);
/* Writes one of varve's own files in the work tree, such as .gitattributes, as vv_write_file does.
 * Calls vv_worktree_watch before the file is replaced. */
vv_status vv_worktree_write_bytes(const vv_repository *r, const char *path, const void *bytes,
				  size_t len, bool durable, vv_error *err);

/* Sets the permissions of fd, a new file that will replace `file`. They are those of `file` if it
 * exists, and else those of fd, except for the executable bits, which `mode` (Git's mode)
 * determines. */
vv_status vv_worktree_mode(int fd, const char *file, uint32_t mode, vv_error *err);

/* Is called for each complete new file before the file replaces a path in the work tree. st is the
 * file's stat, of which only the ctime will change. If the function fails, the path is not
 * replaced. */
typedef vv_status (*vv_worktree_watch_fn)(void *payload, const char *path, const vv_stat *st,
					  vv_error *err);
/* Sets the vv_worktree_watch_fn of r; fn NULL: no function is called. */
void vv_worktree_watch_set(vv_repository *r, vv_worktree_watch_fn fn, void *payload);
/* Calls the function that vv_worktree_watch_set has set, if any. For callers that rename files
 * themselves: call this before temp replaces the path. */
vv_status vv_worktree_watch(const vv_repository *r, const char *path, const char *temp,
			    vv_error *err);

#endif
