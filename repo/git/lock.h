/*
 * lock: takes Git's lock files ("<file>.lock"), and replaces the files that they guard. Internal to
 * repo.
 *
 * varve's lock is a symbolic link whose target text names the process (base/holder.h). Making a
 * link is a single step, so the lock names its holder from the beginning. Making the link fails if
 * the lock already exists; Git's programs fail likewise if varve's link exists. The new content is
 * written to "<file>~.lock", a name that neither a ref nor its lock can have. This file is renamed
 * to "<file>", and then the lock is removed. If varve is killed at any step, the next varve
 * recognises the lock, and removes it together with the unfinished file. For locks of other
 * programs, machines and PID namespaces, varve waits, and then fails with an error that names the
 * lock.
 *
 * 	vv_git_lock lock = {0};
 * 	if ((rc = vv_git_lock_take(&lock, r, path, err)) < 0) ...
 * 	... read the file, which cannot change now ...
 * 	rc = vv_git_lock_write(&lock, bytes, len, true, err);
 * 	vv_git_lock_release(&lock); // without a write: nothing has changed
 */
#ifndef VV_REPO_GIT_LOCK_H
#define VV_REPO_GIT_LOCK_H

#include "base/auto.h"
#include "base/locks/tenants.h"
#include "repo/git/repository_internal.h"

/* A lock file that this process holds or wants to hold. Initialise with {0}. */
typedef struct vv_git_lock {
	vv_repository *repo;
	char *path;      /* the guarded file */
	char *lock_path; /* "<path>.lock" */
	char *new_path;  /* the new content, which is renamed to path */
	bool held;
} vv_git_lock;

/* Takes the lock of the file path; waits some seconds for another holder. On failure, *l is zeroed.
 * VV_ELOCKED: the lock is still held; err names the lock, and its holder if that is a varve
 * process. VV_ENOTFOUND: the folder does not exist. VV_ENOMEM: path is NULL, because its allocation
 * failed, or memory runs out. */
vv_status vv_git_lock_take(vv_git_lock *l, vv_repository *r, const char *path, vv_error *err);
/* Takes the lock of path like vv_git_lock_take, as one of many locks. Makes a hard link to the
 * previous lock `before` (NULL: this is the first lock) if the file system supports hard links,
 * since making a file costs a hundred times as much. */
vv_status vv_git_lock_take_next(vv_git_lock *l, vv_repository *r, const char *path,
				const vv_git_lock *before, vv_error *err);
/* Takes the lock of the file path without waiting. The errors are those of vv_git_lock_take. */
vv_status vv_git_lock_try(vv_git_lock *l, vv_repository *r, const char *path, vv_error *err);

/* Returns the description of this process in its locks; borrowed from r. */
const vv_holder *vv_repository_holder(vv_repository *r);

/* Calls vv_tenants_find with the folders of r. */
vv_tenants vv_git_lock_tenants(char who[VV_TENANT_WORDS], const vv_repository *r,
			       const char *lock_path);

/* If the holder of the lock lock_path is a varve process that has ended, removes the lock and the
 * unfinished file, and returns true; else returns false. vv_git_lock_take does the same for its own
 * lock. Call this if a leftover lock prevents another action, such as making a ref with the name of
 * the lock's folder. */
bool vv_git_lock_sweep(vv_repository *r, const char *lock_path);

/* Releases the lock. Does nothing if l is not held. */
void vv_git_lock_release(vv_git_lock *l);
VV_AUTO_CLEAR(vv_git_lock, vv_git_lock_release)

/* Durably replaces the content of the guarded file by len bytes, and releases the lock, also on
 * failure. sync_dir: syncs the folder, too. */
vv_status vv_git_lock_write(vv_git_lock *l, const void *bytes, size_t len, bool sync_dir,
			    vv_error *err);

/* Durably writes len bytes to l->new_path, and makes durable what r still has to sync
 * (vv_repository_sync). Call vv_git_lock_replace afterwards. On failure, releases the lock. */
vv_status vv_git_lock_fill(vv_git_lock *l, const void *bytes, size_t len, vv_error *err);

/* Makes the empty file l->new_path, for content that other code writes. l must be held, and the
 * file must not exist. Returns a descriptor that is open for writing, which the caller closes, or a
 * negative vv_status. */
int vv_git_lock_open_new(vv_git_lock *l, vv_error *err);

/* Renames l->new_path, which must be complete and synced, to the guarded file, and releases the
 * lock, also on failure. sync_dir: syncs the folder, too. */
vv_status vv_git_lock_replace(vv_git_lock *l, bool sync_dir, vv_error *err);

#endif
