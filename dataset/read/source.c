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

#define PIECE ((size_t)256 << 10)

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

vv_status vv_source_find_line(ssize_t (*read)(void *payload, void *buf, size_t len, vv_error *err),
			      void *payload, uint64_t offset, uint64_t *line, vv_error *err)
{
	vv_auto(char) *buf = vv_malloc(PIECE);
	ssize_t n = 1;
	bool cr = false;

	*line = 1;
	if (!buf) return vv_fail_nomem(err);
	for (uint64_t at = 0; at < offset && n > 0; at += (uint64_t)n) {
		const uint64_t left = offset - at;

		n = read(payload, buf, left < PIECE ? (size_t)left : PIECE, err);
		*line += count_lines(buf, n > 0 ? (size_t)n : 0, &cr);
	}
	return n < 0 ? (vv_status)n : VV_OK;
}

/* Reads without moving the descriptor's place. */
typedef struct fd_reading {
	const vv_fd_source *source;
	uint64_t at;
} fd_reading;

static ssize_t fd_read_at(void *payload, void *buf, size_t len, vv_error *err)
{
	fd_reading *r = payload;
	const ssize_t n = vv_pread_full(r->source->fd, buf, len, r->at, r->source->path, err);

	r->at += n > 0 ? (uint64_t)n : 0;
	return n;
}

static vv_status fd_line(void *payload, uint64_t offset, uint64_t *out, vv_error *err)
{
	fd_reading r = {.source = payload};

	return vv_source_find_line(fd_read_at, &r, offset, out, err);
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
