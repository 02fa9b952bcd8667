/*
 * lock: Git's lock files ("<file>.lock"), and replacing the files that they guard. Internal to repo.
 *
 * A lock of varve's is a symbolic link whose text names its process (base/holder.h). Making one is a
 * single step, which fails when a lock exists already, for Git's programs too; and a lock names its
 * holder at all times. The new content is written beside it ("<file>~.lock", a name that neither a
 * ref nor its lock can have) and renamed over the file; then the lock is removed. So the lock of a
 * killed process is recognised at every step, and the next varve removes it together with the
 * unfinished file. Locks of other programs, machines and PID namespaces are waited for and named.
 *
 *	vv_git_lock lock = {0};
 *	if ((rc = vv_git_lock_take(&lock, r, path, err)) < 0) ...
 *	... read the file, which cannot change now ...
 *	rc = vv_git_lock_write(&lock, bytes, len, true, err);
 *	vv_git_lock_release(&lock); // without a write: nothing has changed
 */
#ifndef VV_REPO_GIT_LOCK_H
#define VV_REPO_GIT_LOCK_H

#include "base/auto.h"
#include "repo/git/repository_internal.h"

typedef struct vv_git_lock {
	vv_repository *repo;
	char *path;      /* the file that is guarded */
	char *lock_path; /* "<path>.lock" */
	char *new_path;  /* what becomes path */
	bool held;
} vv_git_lock;

/* Waits some seconds, then VV_ELOCKED, which names the lock and its holder. VV_ENOTFOUND: the
 * folder does not exist. path NULL: its allocation failed, VV_ENOMEM. */
vv_status vv_git_lock_take(vv_git_lock *l, vv_repository *r, const char *path, vv_error *err);
/* For one of many locks: a hard link to the previous lock, if the file system has links. Making a
 * file costs a hundred times as much as a link. before NULL: this is the first. */
vv_status vv_git_lock_take_next(vv_git_lock *l, vv_repository *r, const char *path,
				const vv_git_lock *before, vv_error *err);
/* Without waiting. */
vv_status vv_git_lock_try(vv_git_lock *l, vv_repository *r, const char *path, vv_error *err);

/* This process, as its locks name it; borrowed. */
const vv_holder *vv_repository_holder(vv_repository *r);

/* Removes the lock of a dead varve, with the unfinished file beside it. For locks that block other
 * work than writing their file. */
bool vv_git_lock_sweep(vv_repository *r, const char *lock_path);

/* Accepts one that was never taken, or failed, or is released. */
void vv_git_lock_release(vv_git_lock *l);
VV_AUTO_CLEAR(vv_git_lock, vv_git_lock_release)

/* The file gets this content, durably, and with its folder when sync_dir. The lock is gone
 * afterwards, on failure also. */
vv_status vv_git_lock_write(vv_git_lock *l, const void *bytes, size_t len, bool sync_dir,
			    vv_error *err);

/* The same but for the last step: the content is beside the file, durably, and
 * vv_git_lock_replace follows. On failure the lock is gone. */
vv_status vv_git_lock_fill(vv_git_lock *l, const void *bytes, size_t len, vv_error *err);

/* For content written by other code: an empty file new_path, open for writing; returns the
 * descriptor or a negative vv_status. Removes leftovers of libgit2 beside it. */
int vv_git_lock_open_new(vv_git_lock *l, vv_error *err);

/* new_path, complete and synced, becomes the file; then as after vv_git_lock_write. */
vv_status vv_git_lock_replace(vv_git_lock *l, bool sync_dir, vv_error *err);

#endif
