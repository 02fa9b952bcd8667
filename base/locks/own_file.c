/*
 * own_file: what is refused in the place of such a file.
 */
#include "base/locks/own_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"

/* Sets err for a path that vv_open_own refuses. */
static vv_status fail_own(const char *path, vv_error *err)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode)) {
		return vv_fail(err, VV_EIO,
			       "'%s' is a symbolic link, and varve does not write through symbolic "
			       "links\nremove the link, then try again",
			       vv_text_shows(path));
	}
	return vv_fail(err, VV_EIO, "'%s' is not a regular file\nmove it elsewhere, then try again",
		       vv_text_shows(path));
}

int vv_open_own(const char *path, int flags, vv_error *err)
{
	const int safe = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	vv_auto(vv_fd) fd = vv_open(path, (flags & ~O_TRUNC) | safe, 0666, err);
	struct stat st;

	/* open() fails for links, sockets, and pipes without a reader */
	if (fd < 0 && path && lstat(path, &st) == 0 && !S_ISREG(st.st_mode) &&
	    !S_ISDIR(st.st_mode)) {
		return fail_own(path, err);
	}
	if (fd < 0) return vv_hint_folder((vv_status)fd, path, err);
	if (fstat(fd, &st) < 0) return vv_fail_errno(err, "cannot open", path);
	if (!S_ISREG(st.st_mode)) return fail_own(path, err);
	if ((flags & O_TRUNC) && vv_sys_ops.ftruncate(fd, 0) < 0) {
		return vv_fail_errno(err, "cannot write", path);
	}
	return vv_fd_take(&fd);
}
