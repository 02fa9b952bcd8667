/*
 * worktree: files of the work tree, replaced and removed with care.
 */
#ifndef VV_REPO_GIT_INDEX_WORKTREE_H
#define VV_REPO_GIT_INDEX_WORKTREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/file.h"
#include "repo/git/repository.h"

/* Refuses (VV_EREFUSED) a path one of whose folders is a symbolic link or a file. */
vv_status vv_worktree_check_above(const vv_repository *r, const char *path, vv_error *err);

/* Removes a file and then-empty folders above it (missing: fine). */
vv_status vv_worktree_remove(vv_repository *r, const char *path, vv_error *err);
/* Removes an empty folder in place of a file. VV_EREFUSED: it is not empty. */
vv_status vv_worktree_make_room(const vv_repository *r, const char *path, vv_error *err);
/* The folder in which a file is made that is renamed to `file` of the work tree: "tmp" below the Git folder, since git add
 * would stage the leftovers of a killed varve in the work tree; `file`'s own if that is on another file system, or its files
 * get another group, or r is NULL. Owned by the caller; NULL: out of memory. */
char *vv_worktree_temp_dir(const vv_repository *r, const char *file);
/* Writes a file of varve's own in the work tree (.gitattributes): as vv_write_file. */
vv_status vv_worktree_write_bytes(const vv_repository *r, const char *path, const void *bytes,
				  size_t len, bool durable, vv_error *err);

/* Sets the permissions of an open new file that will replace `file`, by Git's mode: an existing file's permissions are kept,
 * except for x, which Git determines. */
vv_status vv_worktree_mode(int fd, const char *file, uint32_t mode, vv_error *err);

/* Called for each complete new file before it replaces a path in the work tree, with its stat
 * (except its ctime). A failure ends the writing. The repository keeps fn until it is set again
 * (NULL: none). */
typedef vv_status (*vv_worktree_watch_fn)(void *payload, const char *path, const vv_stat *st,
					  vv_error *err);
void vv_worktree_watch_set(vv_repository *r, vv_worktree_watch_fn fn, void *payload);
/* For those who rename files of their own: temp is what takes the path's place next. */
vv_status vv_worktree_watch(const vv_repository *r, const char *path, const char *temp,
			    vv_error *err);

#endif
