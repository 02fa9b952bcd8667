/*
 * lock: Git's lock files ("<file>.lock"), and how new content takes the place of the file
 * that one guards. Internal to repo.
 *
 * A lock of varve's is a symbolic link whose text names the process that holds it
 * (base/holder.h). Making one is a single step, which fails when there is a lock already, for
 * Git's programs too; and at no time is there a lock that does not name its holder. The new
 * content is written beside it ("<file>~.lock", a name that neither a ref nor its lock can have) and
 * renamed over the file; then the lock goes. So after a process was killed its lock is recognised
 * as its own, whichever step it was at, and the next varve takes it away together with what was
 * half written. Locks of other programs, machines and PID namespaces are waited for and named.
 *
 *	vv_git_lock lock = {0};
 *	if ((rc = vv_git_lock_take(&lock, r, path, err)) < 0) ...
 *	... read the file, as it stays now ...
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

/* Waits some seconds, then VV_ELOCKED, which names the lock and who holds it. VV_ENOTFOUND: the
 * folder is not there. path NULL: there was no memory for it, VV_ENOMEM. */
vv_status vv_git_lock_take(vv_git_lock *l, vv_repository *r, const char *path, vv_error *err);
/* For one of many: another name of the lock that was taken before it, where the file system has
 * such. Making a file costs a hundred times what a name of it does. before NULL: none was. */
vv_status vv_git_lock_take_next(vv_git_lock *l, vv_repository *r, const char *path,
				const vv_git_lock *before, vv_error *err);
/* Without waiting. */
vv_status vv_git_lock_try(vv_git_lock *l, vv_repository *r, const char *path, vv_error *err);

/* This process, as its locks name it; borrowed. */
const vv_holder *vv_repository_holder(vv_repository *r);

/* Takes the lock away if it is one that a dead varve left, with what was half written beside it.
 * For locks that are in the way of something else than their file. */
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

/* For content that somebody else writes: an empty file new_path, open for writing; the
 * descriptor or a negative vv_status. What libgit2 left beside it is gone. */
int vv_git_lock_open_new(vv_git_lock *l, vv_error *err);

/* new_path, complete and synced, becomes the file; then as after vv_git_lock_write. */
vv_status vv_git_lock_replace(vv_git_lock *l, bool sync_dir, vv_error *err);

#endif
