/*
 * git_lock: Git's lock files: how long to wait for one, and how its content
 * takes the place of the file that it guards.
 */
#include <fcntl.h>
#include <time.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/repository_internal.h"
#include "repo/share.h"

#define LOCK_WAIT_MS 5000u

int vv_git_lock(const char *lock_path, vv_error *err)
{
	uint64_t until = vv_monotonic_ms() + LOCK_WAIT_MS;
	unsigned pause_ms = 5;

	for (;;) {
		struct timespec ts;
		int fd = vv_open(lock_path, O_WRONLY | O_CREAT | O_EXCL, 0666, err);

		if (fd >= 0 || fd != VV_EEXISTS) {
			return fd;
		}
		if (vv_monotonic_ms() >= until) {
			break;
		}
		ts.tv_sec = 0;
		ts.tv_nsec = (long)pause_ms * 1000000L;
		(void)nanosleep(&ts, NULL);
		if (pause_ms < 250) {
			pause_ms *= 2;
		}
	}
	(void)vv_fail(err, VV_ELOCKED, "another program holds '%s'", vv_text_shows(lock_path));
	return vv_hint(err, "wait for it; if no git or varve is at work here, remove that file");
}

vv_status vv_git_lock_commit(const vv_repository *r, int fd, const char *lock_path,
			     const char *path, const void *bytes, size_t len, bool sync_dir,
			     vv_error *err)
{
	char *dir = NULL;
	vv_status rc, closed;

	rc = vv_write_full(fd, bytes, len, lock_path, err);
	if (rc == VV_OK) {
		rc = vv_share_fd(r, fd, lock_path, err);
	}
	if (rc == VV_OK) {
		rc = vv_fsync(fd, lock_path, err);
	}
	closed = vv_close(fd, lock_path, rc == VV_OK ? err : NULL);
	if (rc == VV_OK) {
		rc = closed;
	}
	if (rc == VV_OK) {
		rc = vv_rename(lock_path, path, err);
	}
	if (rc < 0) {
		(void)vv_unlink(lock_path, true, NULL);
		return rc;
	}
	if (!sync_dir) {
		return VV_OK;
	}
	dir = vv_path_dir(path);
	rc = dir ? vv_fsync_dir(dir, err) : vv_fail_nomem(err);
	vv_free(dir);
	return rc;
}
