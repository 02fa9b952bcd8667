/*
 * temp_bytes: the file loses its name as soon as it is open, so that it disappears however the
 * process ends.
 */
#include "dataset/format/temp_bytes.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"

/* The size of one write to the file. */
#define PIECE (256u << 10)

void temp_bytes_init(temp_bytes *t, const char *dir, size_t memory)
{
	*t = (temp_bytes){.dir = dir, .memory = memory, .fd = -1};
}

void temp_bytes_clear(temp_bytes *t)
{
	vv_buf_clear(&t->tail);
	vv_close(t->fd, NULL, NULL);
	vv_free(t->path);
	temp_bytes_init(t, t->dir, t->memory);
}

uint64_t temp_bytes_len(const temp_bytes *t)
{
	return t->flushed + t->tail.len;
}

static vv_status open_file(temp_bytes *t, vv_error *err)
{
	int fd = t->dir ? vv_temp_open_unlinked(&t->path, t->dir, "varve-", err) : VV_ENOTFOUND;

	/* A folder of a repository is made by those who write to it. */
	if (fd < 0 && fd != VV_ENOMEM) {
		fd = vv_temp_open_unlinked(&t->path, NULL, "varve-", err);
	}
	t->fd = fd < 0 ? -1 : fd;
	return fd < 0 ? (vv_status)fd : VV_OK;
}

static vv_status flush_buffer(temp_bytes *t, vv_error *err)
{
	vv_status rc;

	if (t->fd < 0 && (rc = open_file(t, err)) < 0) return rc;
	/* a write may have failed half-way */
	if (lseek(t->fd, (off_t)t->flushed, SEEK_SET) < 0) {
		return vv_fail_errno(err, "cannot write", t->path);
	}
	rc = vv_write_full(t->fd, t->tail.data, t->tail.len, t->path, err);
	if (rc < 0) return rc;
	t->flushed += t->tail.len;
	vv_buf_clear(&t->tail);
	return VV_OK;
}

vv_status temp_bytes_put(temp_bytes *t, const void *bytes, size_t len, vv_error *err)
{
	if (!vv_buf_reserve(&t->tail, len)) {
		t->tail.failed = false; /* its bytes are still there */
		return vv_fail_nomem(err);
	}
	vv_buf_put(&t->tail, bytes, len);
	if (t->tail.len > (t->fd < 0 ? t->memory : PIECE)) {
		return flush_buffer(t, err);
	}
	return VV_OK;
}

vv_status temp_bytes_get(const temp_bytes *t, uint64_t at, void *out, size_t len, vv_error *err)
{
	char *to = out;

	if (at < t->flushed) {
		uint64_t left = t->flushed - at;
		size_t n = left < len ? (size_t)left : len;
		ssize_t got = vv_pread_full(t->fd, to, n, at, t->path, err);

		if (got < 0) return (vv_status)got;
		if ((size_t)got != n) {
			return vv_fail(err, VV_EIO, "temporary file '%s' is shorter than written",
				       t->path);
		}
		to += n;
		at += n;
		len -= n;
	}
	if (len > 0) {
		memcpy(to, t->tail.data + (at - t->flushed), len);
	}
	return VV_OK;
}
