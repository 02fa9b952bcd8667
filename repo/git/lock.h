/*
 * lock: takes Git's lock files ("<file>.lock"), and replaces the files that they guard. Internal to
 * repo.
 *
 * varve's lock is a symbolic link whose target text names the process (base/holder.h). Making a
 * link is a single step, and it fails if the lock already exists; Git's programs fail likewise if
 * varve's link exists. And the lock names its holder from the beginning. The new content is written
 * to "<file>~.lock", a name that neither a ref nor its lock can have, and renamed to the file; then
 * the lock is removed. So at every step, the lock of a killed varve can be recognised, and the next
 * varve removes it together with the unfinished file. For locks of other programs, machines and PID
 * namespaces, varve waits, and then fails with an error that names the lock.
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
	char *path;      /* the guarded file */
	char *lock_path; /* "<path>.lock" */
	char *new_path;  /* the new content, which is renamed to path */
	bool held;
} vv_git_lock;

/* Takes the lock of a file; waits some seconds for another holder. VV_ELOCKED: the lock is still
 * held; err names the lock and its holder. VV_ENOTFOUND: the folder does not exist. path may be
 * NULL, if its allocation has failed: VV_ENOMEM. */
vv_status vv_git_lock_take(vv_git_lock *l, vv_repository *r, const char *path, vv_error *err);
/* Takes one of many locks: makes a hard link to the previous lock `before`, if the file system
 * supports that, since making a file costs a hundred times as much. before: NULL for the first
 * lock. */
vv_status vv_git_lock_take_next(vv_git_lock *l, vv_repository *r, const char *path,
				const vv_git_lock *before, vv_error *err);
/* Takes the lock of a file without waiting. Errors: as for vv_git_lock_take. */
vv_status vv_git_lock_try(vv_git_lock *l, vv_repository *r, const char *path, vv_error *err);

/* Returns this process as the holder of its locks; borrowed. */
const vv_holder *vv_repository_holder(vv_repository *r);

/* If the lock's holder is a dead varve, removes the lock and the unfinished file, and returns true.
 * vv_git_lock_take does this for its own lock. Call this function if a leftover lock prevents
 * something else, such as making a ref that has the name of the lock's folder. */
bool vv_git_lock_sweep(vv_repository *r, const char *lock_path);

/* Releases the lock. Does nothing if l is not held. */
void vv_git_lock_release(vv_git_lock *l);
VV_AUTO_CLEAR(vv_git_lock, vv_git_lock_release)

/* Durably replaces the content of the file, and releases the lock, also on failure. sync_dir: syncs
 * the folder, too. */
vv_status vv_git_lock_write(vv_git_lock *l, const void *bytes, size_t len, bool sync_dir,
			    vv_error *err);

/* Durably writes the content to new_path. vv_git_lock_replace must follow. On failure, releases the
 * lock. */
vv_status vv_git_lock_fill(vv_git_lock *l, const void *bytes, size_t len, vv_error *err);

/* For content that other code writes: makes the empty file new_path, and returns its descriptor,
 * open for writing, or a negative vv_status. Removes leftover temporary files of libgit2. */
int vv_git_lock_open_new(vv_git_lock *l, vv_error *err);

/* Renames new_path, which must be complete and synced, to the file, and releases the lock, also on
 * failure. sync_dir: syncs the folder, too. */
vv_status vv_git_lock_replace(vv_git_lock *l, bool sync_dir, vv_error *err);

#endif
