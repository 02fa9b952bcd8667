/*
 * index_copy: knows that an index's own modification time is part of it.
 */
#include "repo/git/index/index_copy.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "repo/git/index/index_internal.h"
#include "repo/git/share.h"

#define INDEX_BYTES_MAX ((size_t)4 << 30)
#define ATTEMPTS 5 /* to read it while others rename over it */

vv_status vv_index_copy_take(vv_index_copy *out, vv_repository *r, vv_error *err)
{
	vv_stat after;
	vv_status rc;
	int i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < ATTEMPTS; i++) {
		rc = vv_lstat(&out->before, r->index_file, err);
		if (rc == VV_ENOTFOUND) {
			vv_error_clear(err);
			out->taken = true;
			return VV_OK;
		}
		vv_buf_reset(&out->bytes);
		if (rc < 0 ||
		    (rc = vv_read_file(&out->bytes, r->index_file, INDEX_BYTES_MAX, err)) < 0 ||
		    (rc = vv_lstat(&after, r->index_file, err)) < 0) {
			return rc;
		}
		if (vv_stat_equal(&out->before, &after)) {
			out->taken = out->existed = true;
			return VV_OK;
		}
	}
	return vv_fail(err, VV_ELOCKED, "the index '%s' is written again and again",
		       vv_text_shows(r->index_file));
}

void vv_index_copy_mark(vv_index_copy *c, vv_repository *r)
{
	c->marked = c->taken && vv_lstat(&c->written, r->index_file, NULL) == VV_OK;
}

static vv_status put_back(const vv_index_copy *c, const vv_repository *r, int fd, const char *lock,
			  vv_error *err)
{
	const struct timespec times[2] = {
		{c->before.mtime_sec, (long)c->before.mtime_nsec},
		{c->before.mtime_sec, (long)c->before.mtime_nsec},
	};
	vv_status rc = vv_write_full(fd, vv_buf_cstr(&c->bytes), c->bytes.len, lock, err), closed;
	vv_status synced = VV_OK;

	if (rc == VV_OK && futimens(fd, times) < 0) {
		rc = vv_fail_errno(err, "cannot set the time of", lock);
	}
	if (rc == VV_OK && (rc = vv_share_fd(r, fd, lock, err)) == VV_OK) {
		/* the right index, not durable, is better than the other */
		synced = vv_fsync(fd, lock, err);
	}
	closed = vv_close(fd, lock, rc == VV_OK && synced == VV_OK ? err : NULL);
	rc = rc < 0 ? rc : closed;
	if (rc == VV_OK) {
		rc = vv_rename(lock, r->index_file, err);
	}
	return rc < 0 ? rc : synced;
}

/* Under the lock. */
static vv_status restore(const vv_index_copy *c, const vv_repository *r, int fd, const char *lock,
			 vv_error *err)
{
	vv_stat now;
	vv_status rc = VV_OK;

	if (vv_lstat(&now, r->index_file, NULL) < 0 || !vv_stat_equal(&now, &c->written)) {
		rc = vv_fail(
			err, VV_ECONFLICT,
			"another program changed the index meanwhile: what was staged stays so");
	} else if (c->existed) {
		rc = put_back(c, r, fd, lock, err);
		fd = -1;
	} else {
		rc = vv_unlink(r->index_file, false, err);
	}
	(void)vv_close(fd, lock, NULL);
	if (rc < 0 || !c->existed) {
		(void)vv_unlink(lock, true, NULL);
	}
	return rc;
}

vv_status vv_index_copy_restore(const vv_index_copy *c, vv_repository *r, vv_error *err)
{
	vv_buf name = VV_BUF_INIT;
	vv_status rc;
	int fd;

	if (!c->marked || (c->existed && vv_stat_equal(&c->before, &c->written))) {
		return VV_OK;
	}
	vv_buf_printf(&name, "%s.lock", r->index_file);
	if ((rc = vv_buf_ok(&name, err)) == VV_OK) {
		fd = vv_git_lock(name.data, err);
		rc = fd < 0 ? (vv_status)fd : restore(c, r, fd, name.data, err);
	}
	vv_buf_clear(&name);
	return rc;
}

void vv_index_copy_clear(vv_index_copy *c)
{
	vv_buf_clear(&c->bytes);
	memset(c, 0, sizeof(*c));
}
