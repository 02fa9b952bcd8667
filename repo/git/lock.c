/*
 * lock: Git's lock files: how long to wait for one, and how its content
 * takes the place of the file that it guards.
 */
#include "repo/git/lock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/share.h"

#define LOCK_WAIT_MS 5000u

/* A held lock file is made with this bit, which means nothing on a file, and locked by flock as
 * long as its owner lives. git knows neither. */
#define HELD_MARK S_ISVTX
#define STALE_SEC 2 /* between making the file and locking it nobody may take it for a dead one's */

/* Takes away a lock file that a varve left which is no more. */
static bool remove_stale(const char *lock_path)
{
	struct stat st, there;
	struct timespec now;
	bool gone = false;
	int fd = open(lock_path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0) {
		return false;
	}
	if (clock_gettime(CLOCK_REALTIME, &now) == 0 && fstat(fd, &st) == 0 &&
	    S_ISREG(st.st_mode) && (st.st_mode & HELD_MARK) != 0 && st.st_uid == geteuid() &&
	    now.tv_sec - st.st_ctim.tv_sec > STALE_SEC && vv_lock_now(fd) &&
	    lstat(lock_path, &there) == 0 && there.st_ino == st.st_ino &&
	    there.st_dev == st.st_dev) {
		gone = unlink(lock_path) == 0;
	}
	(void)close(fd);
	return gone;
}

/* On a file system without such locks nobody must take it for a dead one's. */
static void unmark(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && (st.st_mode & HELD_MARK) != 0) {
		(void)fchmod(fd, st.st_mode & 07777 & ~(mode_t)HELD_MARK);
	}
}

static int lock(const char *lock_path, bool held, vv_error *err)
{
	uint64_t until = vv_monotonic_ms() + LOCK_WAIT_MS;
	unsigned pause_ms = 5;

	for (;;) {
		struct timespec ts;
		int fd = vv_open(lock_path, O_WRONLY | O_CREAT | O_EXCL,
				 held ? 0666 | HELD_MARK : 0666, err);

		if (fd >= 0 && held && !vv_lock_now(fd)) {
			unmark(fd);
		}
		if (fd >= 0 || fd != VV_EEXISTS) {
			return fd;
		}
		if (remove_stale(lock_path)) {
			continue;
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

int vv_git_lock(const char *lock_path, vv_error *err)
{
	return lock(lock_path, false, err);
}

int vv_git_lock_held(const char *lock_path, vv_error *err)
{
	return lock(lock_path, true, err);
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
	unmark(fd);
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
