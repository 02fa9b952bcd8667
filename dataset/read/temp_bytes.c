/*
 * temp_bytes: knows that the file has no name any more as soon as it is open, so that nothing stays
 * behind whatever ends the process.
 */
#include "dataset/read/temp_bytes.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/sys.h"

/* Once there is a file, so many bytes are written at a time. */
#define PIECE (256u << 10)

void temp_bytes_init(temp_bytes *t, const char *dir, size_t memory)
{
	memset(t, 0, sizeof(*t));
	t->dir = dir;
	t->memory = memory;
	t->fd = -1;
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
	const char *usual = getenv("TMPDIR");
	vv_error ignored;
	int fd = -1;

	/* A folder of a repository is made by those who write to it. */
	if (t->dir) {
		fd = vv_temp_open(&t->path, t->dir, "varve-", &ignored);
	}
	if (fd < 0) {
		fd = vv_temp_open(&t->path, usual && *usual ? usual : "/tmp", "varve-", err);
	}
	if (fd < 0) {
		return (vv_status)fd;
	}
	t->fd = fd;
	return vv_unlink(t->path, true, err);
}

static vv_status flush(temp_bytes *t, vv_error *err)
{
	vv_status rc;

	if ((t->fd < 0 && (rc = open_file(t, err)) < 0) ||
	    (rc = vv_write_full(t->fd, t->tail.data, t->tail.len, t->path, err)) < 0) {
		return rc;
	}
	t->flushed += t->tail.len;
	vv_buf_clear(&t->tail);
	return VV_OK;
}

vv_status temp_bytes_put(temp_bytes *t, const void *bytes, size_t len, vv_error *err)
{
	vv_status rc;

	vv_buf_put(&t->tail, bytes, len);
	if ((rc = vv_buf_ok(&t->tail, err)) < 0) {
		return rc;
	}
	return t->tail.len > (t->fd < 0 ? t->memory : PIECE) ? flush(t, err) : VV_OK;
}

vv_status temp_bytes_get(const temp_bytes *t, uint64_t at, void *out, size_t len, vv_error *err)
{
	char *to = out;

	if (at < t->flushed) {
		uint64_t left = t->flushed - at;
		size_t n = left < len ? (size_t)left : len;
		ssize_t got = vv_pread_full(t->fd, to, n, at, t->path, err);

		if (got < 0) {
			return (vv_status)got;
		}
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
