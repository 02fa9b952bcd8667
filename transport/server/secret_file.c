/*
 * secret_file: checks permissions.
 *
 * It checks the open file, so that it cannot be replaced in between.
 */
#include "transport/server/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

/* O_NONBLOCK: opening a FIFO must not wait. */
static int open_it(vv_stat *st, const char *path, vv_error *err)
{
	int fd = vv_open(path, O_RDONLY | O_NONBLOCK, 0, err);

	if (fd < 0) return fd;
	vv_status rc = vv_fstat(st, fd, path, err);
	if (rc == VV_OK && !S_ISREG(st->mode)) {
		rc = vv_fail(err, VV_EINPUT, "'%s' is not a file", vv_text_shows(path));
	}
	if (rc < 0) {
		(void)vv_close(fd, path, NULL);
		return (int)rc;
	}
	return fd;
}

static vv_status check_mode(const vv_stat *st, const char *path, bool in_clear, vv_error *err)
{
	uid_t me = geteuid();

	if (st->mode & (S_IWGRP | S_IWOTH)) {
		return vv_fail(err, VV_EREFUSED, "other users can write to '%s'\nchmod go-w '%s'",
			       vv_text_shows(path), vv_text_shows(path));
	}
	if (in_clear && st->mode & S_IROTH) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s' has a secret, and all users can read it\nchmod o-r '%s'",
			       vv_text_shows(path), vv_text_shows(path));
	}
	if (me != 0 && st->uid != 0 && st->uid != (uint32_t)me) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s' belongs to another user, who can change it\nmake a copy that "
			       "belongs to you",
			       vv_text_shows(path));
	}
	return VV_OK;
}

vv_status vv_secret_file_read(vv_buf *out, vv_stat *st, const char *path, size_t max, bool in_clear,
			      vv_error *err)
{
	vv_auto(vv_fd) fd = open_it(st, path, err);
	vv_status rc;
	ssize_t got = 0;

	if (fd < 0) return (vv_status)fd;
	if ((rc = check_mode(st, path, in_clear, err)) < 0) return rc;
	if (!vv_buf_reserve(out, max + 1)) return vv_fail_nomem(err);
	if (st->size <= max &&
	    (got = vv_read_full(fd, out->data + out->len, max + 1, path, err)) < 0) {
		return (vv_status)got;
	}
	if (st->size > max || (size_t)got > max) {
		return vv_fail(err, VV_EREFUSED, "'%s' has more than %zu bytes",
			       vv_text_shows(path), max);
	}
	out->len += (size_t)got;
	out->data[out->len] = '\0';
	return VV_OK;
}

vv_status vv_secret_file_stat(vv_stat *st, const char *path, vv_error *err)
{
	int fd = open_it(st, path, err);

	if (fd < 0) return (vv_status)fd;
	return vv_close(fd, path, err);
}
