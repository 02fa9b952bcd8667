/*
 * squeeze: zlib's and zstd's streams, and the levels that keep up with a line.
 */
#include "repo/blocks/squeeze.h"

#include <limits.h>
#include <stdbool.h>
#include <zlib.h>
#include <zstd.h>

#include "base/sys.h"

#define OUTPUT ((size_t)32 << 10)
#define GZIP_LEVEL 4
#define ZSTD_LEVEL 2
#define ZSTD_WINDOW_LOG 20 /* a megabyte: browsers take up to eight */

struct vv_squeeze {
	vv_squeeze_form form;
	vv_squeeze_fn fn;
	void *payload;
	z_stream z;
	bool z_open;
	ZSTD_CStream *zstd;
	char output[OUTPUT];
};

vv_status vv_squeeze_open(vv_squeeze **out, vv_squeeze_form form, vv_squeeze_fn fn, void *payload,
			  vv_error *err)
{
	vv_auto(vv_squeeze) *s = vv_calloc(1, sizeof(*s));

	*out = NULL;
	if (!s) return vv_fail_nomem(err);
	*s = (vv_squeeze){.form = form, .fn = fn, .payload = payload};
	if (form == VV_SQUEEZE_GZIP) {
		s->z_open = deflateInit2(&s->z, GZIP_LEVEL, Z_DEFLATED, 15 + 16, 8,
					 Z_DEFAULT_STRATEGY) == Z_OK;
	} else {
		s->zstd = ZSTD_createCStream();
		if (s->zstd && (ZSTD_isError(ZSTD_CCtx_setParameter(
					s->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL)) ||
				ZSTD_isError(ZSTD_CCtx_setParameter(s->zstd, ZSTD_c_windowLog,
								    ZSTD_WINDOW_LOG)))) {
			(void)ZSTD_freeCStream(vv_take(&s->zstd));
		}
	}
	if (!s->z_open && !s->zstd) return vv_fail_nomem(err);
	return vv_hand_over(out, &s);
}

static vv_status squeeze_zlib(vv_squeeze *s, const void *bytes, size_t len, bool end, vv_error *err)
{
	vv_status rc = VV_OK;
	int state = Z_OK;

	s->z.next_in = (Bytef *)(uintptr_t)bytes;
	s->z.avail_in = (uInt)len;
	do {
		s->z.next_out = (Bytef *)s->output;
		s->z.avail_out = OUTPUT;
		state = deflate(&s->z, end ? Z_FINISH : Z_NO_FLUSH);
		if (OUTPUT - s->z.avail_out > 0) {
			rc = s->fn(s->payload, s->output, OUTPUT - s->z.avail_out, err);
		}
	} while (rc == VV_OK && state == Z_OK && (s->z.avail_out == 0 || s->z.avail_in > 0 || end));
	return rc;
}

static vv_status squeeze_zstd(vv_squeeze *s, const void *bytes, size_t len, bool end, vv_error *err)
{
	ZSTD_inBuffer in = {bytes, len, 0};
	size_t left;
	vv_status rc = VV_OK;

	do {
		ZSTD_outBuffer out = {s->output, OUTPUT, 0};

		left = ZSTD_compressStream2(s->zstd, &out, &in, end ? ZSTD_e_end : ZSTD_e_continue);
		if (ZSTD_isError(left)) {
			return vv_fail(err, VV_EIO, "zstd: %s", ZSTD_getErrorName(left));
		}
		if (out.pos > 0) {
			rc = s->fn(s->payload, s->output, out.pos, err);
		}
	} while (rc == VV_OK && (end ? left > 0 : in.pos < in.size));
	return rc;
}

static vv_status squeeze_bytes(vv_squeeze *s, const void *bytes, size_t len, bool end,
			       vv_error *err)
{
	return s->form == VV_SQUEEZE_ZSTD ? squeeze_zstd(s, bytes, len, end, err)
					  : squeeze_zlib(s, bytes, len, end, err);
}

vv_status vv_squeeze_write(vv_squeeze *s, const void *bytes, size_t len, vv_error *err)
{
	const char *p = bytes;
	vv_status rc;

	while (len > 0) {
		size_t n = len < INT_MAX ? len : INT_MAX;

		if ((rc = squeeze_bytes(s, p, n, false, err)) < 0) return rc;
		p += n;
		len -= n;
	}
	return VV_OK;
}

vv_status vv_squeeze_end(vv_squeeze *s, vv_error *err)
{
	return squeeze_bytes(s, "", 0, true, err);
}

void vv_squeeze_close(vv_squeeze *s)
{
	if (!s) return;
	if (s->z_open) {
		(void)deflateEnd(&s->z);
	}
	(void)ZSTD_freeCStream(s->zstd);
	vv_free(s);
}
