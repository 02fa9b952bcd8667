/*
 * file_lock: waiting for a lock, and files that are removed meanwhile.
 */
#include "base/locks/file_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/locks/own_file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

#define LOCK_TRIES 100u
#define FORSAKEN_SECONDS                                                                           \
	3600 /* without its lock a folder is one that is just being made or removed */

/* flock, waiting in steps: a blocking call could not be given a time limit. */
static vv_status wait_for_lock(int fd, const char *path, bool exclusive, unsigned wait_ms,
			       vv_error *err)
{
	uint64_t end = vv_monotonic_ms() + wait_ms;
	unsigned pause_ms = 2;

	while (flock(fd, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) < 0) {
		if (errno == EINTR) {
			continue;
		}
		if (errno != EWOULDBLOCK) return vv_fail_errno(err, "cannot lock", path);
		if (vv_monotonic_ms() >= end) {
			return vv_fail(err, VV_ELOCKED, "'%s' is locked by another process",
				       vv_text_shows(path));
		}
		vv_sleep_ms(pause_ms);
		pause_ms *= pause_ms < 50 ? 2 : 1;
	}
	return VV_OK;
}

/* A holder may have removed the file before it let it go. */
static bool is_at(int fd, const char *path)
{
	struct stat held, there;

	return fstat(fd, &held) == 0 && lstat(path, &there) == 0 && held.st_ino == there.st_ino &&
	       held.st_dev == there.st_dev;
}

int vv_lock(const char *path, bool exclusive, unsigned wait_ms, vv_error *err)
{
	for (unsigned tries = 0; tries < LOCK_TRIES; tries++) {
		vv_auto(vv_fd) fd = vv_open_own(path, O_RDWR | O_CREAT, err);
		const vv_status rc = fd < 0 ? (vv_status)fd
					    : wait_for_lock(fd, path, exclusive, wait_ms, err);

		if (rc < 0) return rc;
		if (is_at(fd, path)) return vv_fd_take(&fd);
	}
	return vv_fail(err, VV_ELOCKED, "'%s' is repeatedly removed by another process",
		       vv_text_shows(path));
}

/* Is the folder unchanged for longer than any process needs to make or remove it? */
static bool is_forsaken(const char *folder)
{
	struct stat st;
	return lstat(folder, &st) == 0 && st.st_mtime < vv_now_sec() - FORSAKEN_SECONDS;
}

int vv_lock_leftover(const char *folder, const char *name, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(folder, name, NULL);
	vv_auto(vv_fd) fd = vv_open_own(path, O_RDWR, err);

	if (fd == VV_ENOTFOUND && vv_sys_ops.rmdir(folder) < 0 && is_forsaken(folder)) {
		fd = vv_open_own(path, O_RDWR | O_CREAT, err);
	}
	const vv_status rc = fd < 0 ? (vv_status)fd : wait_for_lock(fd, path, true, 0, err);
	if (rc < 0) return rc;
	return is_at(fd, path)
		       ? vv_fd_take(&fd)
		       : vv_fail(err, VV_ENOTFOUND, "'%s' was removed", vv_text_shows(path));
}
