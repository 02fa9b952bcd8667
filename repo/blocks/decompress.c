/*
 * decompress: knows zlib's and zstd's streams.
 */
#include "repo/blocks/decompress.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"

#define INPUT (128u << 10)
#define ZSTD_WINDOW_LOG_MAX 27

typedef enum form { PLAIN, GZIP, ZSTANDARD } form;

struct vv_decompress {
	int fd;
	const char *name;
	form form;
	uint8_t *input;
	size_t len, pos; /* of input */
	bool at_end;     /* the file has no more */
	bool between;    /* a member or frame has ended, none has begun */
	z_stream z;
	bool z_open;
	ZSTD_DStream *zstd;
};

static vv_status refill(vv_decompress *d, vv_error *err)
{
	ssize_t got;

	if (d->pos < d->len || d->at_end) return VV_OK;
	got = vv_read_full(d->fd, d->input, INPUT, d->name, err);
	if (got < 0) return (vv_status)got;
	d->len = (size_t)got;
	d->pos = 0;
	d->at_end = d->len < INPUT;
	return VV_OK;
}

static vv_status begin(vv_decompress *d, vv_error *err)
{
	static const uint8_t zstd_magic[] = {0x28, 0xb5, 0x2f, 0xfd};

	d->between = true;
	if (d->len >= 2 && d->input[0] == 0x1f && d->input[1] == 0x8b) {
		d->form = GZIP;
		if (inflateInit2(&d->z, 15 + 16) != Z_OK) { /* + 16: a gzip header, and only that */
			return vv_fail_nomem(err);
		}
		d->z_open = true;
	} else if (d->len >= 4 && memcmp(d->input, zstd_magic, 4) == 0) {
		d->form = ZSTANDARD;
		d->zstd = ZSTD_createDStream();
		if (!d->zstd || ZSTD_isError(ZSTD_DCtx_setParameter(d->zstd, ZSTD_d_windowLogMax,
								    ZSTD_WINDOW_LOG_MAX))) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

vv_status vv_decompress_open(vv_decompress **out, int fd, const char *name, vv_error *err)
{
	vv_decompress *d = vv_calloc(1, sizeof(*d));
	vv_status rc;

	*out = NULL;
	if (!d) return vv_fail_nomem(err);
	d->fd = fd;
	d->name = name;
	d->input = vv_malloc(INPUT);
	rc = d->input ? refill(d, err) : vv_fail_nomem(err);
	if (rc == VV_OK) {
		rc = begin(d, err);
	}
	if (rc < 0) {
		vv_decompress_close(d);
		return rc;
	}
	*out = d;
	return VV_OK;
}

void vv_decompress_close(vv_decompress *d)
{
	if (!d) return;
	if (d->z_open) {
		inflateEnd(&d->z);
	}
	ZSTD_freeDStream(d->zstd);
	vv_free(d->input);
	vv_free(d);
}

static const char *kind_of(const vv_decompress *d)
{
	return d->form == GZIP ? "gzip" : d->form == ZSTANDARD ? "zstd" : NULL;
}

static vv_status damaged(const vv_decompress *d, const char *what, vv_error *err)
{
	return vv_fail(err, VV_EINPUT, "%s: %s: %s", vv_text_shows(d->name), kind_of(d), what);
}

/* One step of zlib: *made bytes came out. */
static vv_status step_gzip(vv_decompress *d, void *buf, size_t len, size_t *made, vv_error *err)
{
	int code;

	if (d->between) {
		inflateReset(&d->z);
		d->between = false;
	}
	d->z.next_in = d->input + d->pos;
	d->z.avail_in = (uInt)(d->len - d->pos);
	d->z.next_out = buf;
	d->z.avail_out = (uInt)len;
	code = inflate(&d->z, Z_NO_FLUSH);
	d->pos = d->len - d->z.avail_in;
	*made = len - d->z.avail_out;
	if (code == Z_STREAM_END) {
		d->between = true;
		return VV_OK;
	}
	if (code == Z_MEM_ERROR) return vv_fail_nomem(err);
	return code == Z_OK || code == Z_BUF_ERROR
		       ? VV_OK
		       : damaged(d, d->z.msg ? d->z.msg : "it is damaged", err);
}

static vv_status step_zstd(vv_decompress *d, void *buf, size_t len, size_t *made, vv_error *err)
{
	ZSTD_inBuffer in = {d->input, d->len, d->pos};
	ZSTD_outBuffer out = {buf, len, 0};
	size_t left = ZSTD_decompressStream(d->zstd, &out, &in);

	d->pos = in.pos;
	*made = out.pos;
	if (ZSTD_isError(left)) return damaged(d, ZSTD_getErrorName(left), err);
	d->between = left == 0;
	return VV_OK;
}

/* Zeros after the last gzip member are padding (tapes, block devices). */
static bool only_padding(const vv_decompress *d)
{
	size_t i;

	for (i = d->pos; i < d->len; i++) {
		if (d->input[i]) return false;
	}
	return true;
}

static ssize_t read_plain(vv_decompress *d, void *buf, size_t len, vv_error *err)
{
	vv_status rc = refill(d, err);
	size_t n = d->len - d->pos < len ? d->len - d->pos : len;

	if (rc < 0) return rc;
	memcpy(buf, d->input + d->pos, n);
	d->pos += n;
	return (ssize_t)n;
}

ssize_t vv_decompress_read(void *payload, void *buf, size_t len, vv_error *err)
{
	vv_decompress *d = payload;
	size_t made = 0;
	vv_status rc;

	len = len > INT32_MAX ? INT32_MAX : len;
	if (d->form == PLAIN || len == 0) return read_plain(d, buf, len, err);
	while (made == 0) {
		if ((rc = refill(d, err)) < 0) return rc;
		if (d->between && ((d->pos == d->len && d->at_end) ||
				   (d->form == GZIP && d->at_end && only_padding(d)))) {
			return 0;
		}
		if (!d->between && d->pos == d->len && d->at_end) {
			/* What is still inside may come out without further input. */
			rc = d->form == GZIP ? step_gzip(d, buf, len, &made, err)
					     : step_zstd(d, buf, len, &made, err);
			if (rc < 0 || made > 0) return rc < 0 ? rc : (ssize_t)made;
			return d->between ? 0 : damaged(d, "it ends too early", err);
		}
		rc = d->form == GZIP ? step_gzip(d, buf, len, &made, err)
				     : step_zstd(d, buf, len, &made, err);
		if (rc < 0) return rc;
	}
	return (ssize_t)made;
}
