/*
 * source: how to count lines of an input after the fact, so that reading pays nothing
 * for line numbers until a message needs one.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "dataset/read/source.h"

static ssize_t fd_read(void *payload, void *buf, size_t len, vv_error *err)
{
	const vv_fd_source *s = payload;

	return vv_read_some(s->fd, buf, len, s->path, err);
}

/* Row ends in bytes[0 .. len): LF, CRLF or CR alone. *cr carries a CR over. */
static uint64_t count_lines(const char *bytes, size_t len, bool *cr)
{
	uint64_t n = 0;
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n') {
			n += !*cr;
			*cr = false;
		} else {
			*cr = bytes[i] == '\r';
			n += *cr;
		}
	}
	return n;
}

static vv_status fd_line(void *payload, uint64_t offset, uint64_t *out, vv_error *err)
{
	const vv_fd_source *s = payload;
	vv_auto(char) *buf = vv_malloc(256u << 10);
	uint64_t at = 0, lines = 1;
	bool cr = false;
	vv_status rc = VV_OK;
	if (!buf) return vv_fail_nomem(err);
	while (at < offset) {
		uint64_t left = offset - at;
		ssize_t n = vv_pread_full(s->fd, buf,
					  left < (256u << 10) ? (size_t)left : (256u << 10), at,
					  s->path, err);
		if (n <= 0) {
			rc = (vv_status)n;
			break;
		}
		lines += count_lines(buf, (size_t)n, &cr);
		at += (uint64_t)n;
	}
	*out = lines;
	return rc;
}

static vv_status fd_again(void *payload, vv_error *err)
{
	const vv_fd_source *s = payload;

	return lseek(s->fd, 0, SEEK_SET) < 0 ? vv_fail_errno(err, "cannot seek in", s->path)
					     : VV_OK;
}

void vv_source_fd(vv_source *out, vv_fd_source *storage, int fd, const char *path, uint64_t size)
{
	storage->fd = fd;
	storage->path = path;
	*out = (vv_source){.read = fd_read,
			   .line = fd_line,
			   .again = fd_again,
			   .payload = storage,
			   .size = size,
			   .name = path};
}

static ssize_t mem_read(void *payload, void *buf, size_t len, vv_error *err VV_UNUSED)
{
	vv_mem_source *s = payload;
	size_t n = s->len - s->pos < len ? s->len - s->pos : len;
	if (n > 0) {
		memcpy(buf, s->bytes + s->pos, n);
	}
	s->pos += n;
	return (ssize_t)n;
}

static vv_status mem_line(void *payload, uint64_t offset, uint64_t *out, vv_error *err VV_UNUSED)
{
	const vv_mem_source *s = payload;
	bool cr = false;
	*out = 1 + count_lines(s->bytes, offset < s->len ? (size_t)offset : s->len, &cr);
	return VV_OK;
}

static vv_status mem_again(void *payload, vv_error *err VV_UNUSED)
{
	((vv_mem_source *)payload)->pos = 0;
	return VV_OK;
}

void vv_source_mem(vv_source *out, vv_mem_source *storage, const void *bytes, size_t len,
		   const char *name)
{
	*storage = (vv_mem_source){.bytes = bytes, .len = len, .pos = 0};
	*out = (vv_source){.read = mem_read,
			   .line = mem_line,
			   .again = mem_again,
			   .payload = storage,
			   .size = len,
			   .name = name};
}
