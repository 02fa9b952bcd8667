/*
 * decompress: the streams of zlib, zstd, liblzma, libbz2 and liblz4.
 */
#include "repo/blocks/decompress.h"

#include <bzlib.h>
#include <lzma.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

#define INPUT (128u << 10)
#define ZSTD_WINDOW_LOG_MAX 27
#define XZ_MEMORY_MAX ((uint64_t)192 << 20) /* xz -9 needs 65 MiB */
#define MADE_FREE ((uint64_t)256 << 20)
#define MADE_TIMES 200u

typedef enum form { PLAIN, GZIP, ZSTANDARD, XZ, BZIP2, LZ4 } form;

/* Loaded when it is used, as few files need it: every start of the program would pay for it. */
typedef struct xz_library {
	lzma_ret (*decoder)(lzma_stream *, uint64_t, uint32_t);
	lzma_ret (*code)(lzma_stream *, lzma_action);
	void (*end)(lzma_stream *);
} xz_library;

typedef struct bzip2_library {
	int (*init)(bz_stream *, int, int);
	int (*step)(bz_stream *);
	int (*end)(bz_stream *);
} bzip2_library;

/* Its header is not needed: these are all of its names and types that are used (lz4frame.h, since 1.7.5). */
typedef struct lz4_library {
	size_t (*open)(void **out, unsigned version);
	size_t (*step)(void *context, void *out, size_t *out_len, const void *in, size_t *in_len,
		       const void *options);
	size_t (*close)(void *context);
	unsigned (*is_error)(size_t code);
} lz4_library;

#define LZ4F_VERSION 100u

struct vv_decompress {
	vv_packed_fn read;
	void *payload;
	const char *name;
	form form;
	uint8_t *input;
	size_t len, pos;      /* of input */
	bool at_end;          /* the file has no more */
	bool between;         /* a member or frame has ended, none has begun */
	uint64_t taken, made; /* so far: of the file, and bytes that came out */
	z_stream z;
	ZSTD_DStream *zstd;
	xz_library xz;
	lzma_stream lzma;
	bzip2_library bzip2;
	bz_stream bz;
	lz4_library lz4;
	void *lz4_context;
};

size_t vv_decompress_name(const char *path)
{
	static const char *const endings[] = {"gz", "zst", "zstd", "xz", "bz2"};
	const char *ext = vv_path_ext(path);

	return vv_array_find(endings, sizeof(endings) / sizeof(endings[0]), it,
			     vv_ascii_equal(ext, *it))
		       ? strlen(path) - strlen(ext) - 1
		       : 0;
}

char *vv_decompress_inside(const char *path)
{
	const size_t plain = vv_decompress_name(path);

	return vv_strndup(path, plain > 0 ? plain : strlen(path));
}

static vv_status refill_input(vv_decompress *d, vv_error *err)
{
	ssize_t got;

	if (d->pos < d->len || d->at_end) return VV_OK;
	for (d->pos = d->len = 0; d->len < INPUT; d->len += (size_t)got) {
		got = d->read(d->payload, d->input + d->len, INPUT - d->len, err);
		if (got < 0) return (vv_status)got;
		if (got == 0) {
			d->at_end = true;
			break;
		}
	}
	d->taken += d->len;
	return VV_OK;
}

static vv_status fail_absent(const vv_decompress *d, const char *library, const char *install,
			     vv_error *err)
{
	return vv_fail(err, VV_ENOSUPPORT,
		       "'%s': unpacking it needs %s, which is not installed\n"
		       "%s",
		       vv_text_shows(d->name), library, install);
}

static vv_status begin_plain(vv_decompress *d VV_UNUSED, vv_error *err VV_UNUSED)
{
	return VV_OK;
}

static vv_status begin_gzip(vv_decompress *d, vv_error *err)
{
	/* + 16: a gzip header, and only that */
	return inflateInit2(&d->z, 15 + 16) == Z_OK ? VV_OK : vv_fail_nomem(err);
}

static vv_status begin_zstd(vv_decompress *d, vv_error *err)
{
	d->zstd = ZSTD_createDStream();
	return d->zstd && !ZSTD_isError(ZSTD_DCtx_setParameter(d->zstd, ZSTD_d_windowLogMax,
							       ZSTD_WINDOW_LOG_MAX))
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static vv_status begin_xz(vv_decompress *d, vv_error *err)
{
	void *library = vv_os_library("lzma", "5");

	if (!vv_os_library_find(library, &d->xz.decoder, "lzma_stream_decoder") ||
	    !vv_os_library_find(library, &d->xz.code, "lzma_code") ||
	    !vv_os_library_find(library, &d->xz.end, "lzma_end")) {
		return fail_absent(d, "liblzma", VV_OS_INSTALL("liblzma5", "xz"), err);
	}
	d->lzma = (lzma_stream)LZMA_STREAM_INIT;
	return d->xz.decoder(&d->lzma, XZ_MEMORY_MAX, LZMA_CONCATENATED) == LZMA_OK
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static vv_status begin_bzip2(vv_decompress *d, vv_error *err)
{
	void *library = vv_os_library("bz2", "1.0");

	return vv_os_library_find(library, &d->bzip2.init, "BZ2_bzDecompressInit") &&
			       vv_os_library_find(library, &d->bzip2.step, "BZ2_bzDecompress") &&
			       vv_os_library_find(library, &d->bzip2.end, "BZ2_bzDecompressEnd")
		       ? VV_OK
		       : fail_absent(d, "libbz2", VV_OS_INSTALL("libbz2-1.0", "bzip2"), err);
}

static vv_status begin_lz4(vv_decompress *d, vv_error *err)
{
	void *library = vv_os_library("lz4", "1");

	if (!vv_os_library_find(library, &d->lz4.open, "LZ4F_createDecompressionContext") ||
	    !vv_os_library_find(library, &d->lz4.step, "LZ4F_decompress") ||
	    !vv_os_library_find(library, &d->lz4.close, "LZ4F_freeDecompressionContext") ||
	    !vv_os_library_find(library, &d->lz4.is_error, "LZ4F_isError")) {
		return fail_absent(d, "liblz4", VV_OS_INSTALL("liblz4-1", "lz4"), err);
	}
	return d->lz4.is_error(d->lz4.open(&d->lz4_context, LZ4F_VERSION)) ? vv_fail_nomem(err)
									   : VV_OK;
}

bool vv_decompress_is_skippable(const void *head, size_t len)
{
	const uint8_t *p = head;

	return len >= 4 && p[0] >> 4 == 5 && memcmp(p + 1, "\x2a\x4d\x18", 3) == 0;
}

static form form_of(const uint8_t *head, size_t len)
{
	static const uint8_t gzip[] = {0x1f, 0x8b}, zstd[] = {0x28, 0xb5, 0x2f, 0xfd},
			     xz[] = {0xfd, '7', 'z', 'X', 'Z', 0}, lz4[] = {4, 0x22, 0x4d, 0x18};

	if (len >= sizeof(gzip) && memcmp(head, gzip, sizeof(gzip)) == 0) return GZIP;
	if (len >= sizeof(zstd) &&
	    (memcmp(head, zstd, sizeof(zstd)) == 0 || vv_decompress_is_skippable(head, len))) {
		return ZSTANDARD;
	}
	if (len >= sizeof(xz) && memcmp(head, xz, sizeof(xz)) == 0) return XZ;
	if (len >= sizeof(lz4) && memcmp(head, lz4, sizeof(lz4)) == 0) return LZ4;
	/* "BZh" might begin a text; a block, or the end of an empty file, does not follow then. */
	return len >= 10 && memcmp(head, "BZh", 3) == 0 &&
			       (memcmp(head + 4, "1AY&SY", 6) == 0 ||
				memcmp(head + 4, "\x17rE8P\x90", 6) == 0)
		       ? BZIP2
		       : PLAIN;
}

static const char *const kinds[] = {"plain", "gzip", "zstd", "xz", "bzip2", "lz4"};

static vv_status damaged_input(const vv_decompress *d, const char *what, vv_error *err)
{
	return vv_fail(err, VV_EINPUT, "%s: %s: %s", vv_text_shows(d->name), kinds[d->form], what);
}

static vv_status step_gzip(vv_decompress *d, void *buf, size_t len, size_t *made, vv_error *err)
{
	if (d->between) {
		inflateReset(&d->z);
		d->between = false;
	}
	d->z.next_in = d->input + d->pos;
	d->z.avail_in = (uInt)(d->len - d->pos);
	d->z.next_out = buf;
	d->z.avail_out = (uInt)len;
	int code = inflate(&d->z, Z_NO_FLUSH);
	d->pos = d->len - d->z.avail_in;
	*made = len - d->z.avail_out;
	if (code == Z_STREAM_END) {
		d->between = true;
		return VV_OK;
	}
	if (code == Z_MEM_ERROR) return vv_fail_nomem(err);
	if (code == Z_OK || code == Z_BUF_ERROR) return VV_OK;
	return damaged_input(d, d->z.msg ? d->z.msg : "it is damaged", err);
}

static vv_status step_zstd(vv_decompress *d, void *buf, size_t len, size_t *made, vv_error *err)
{
	ZSTD_inBuffer in = {d->input, d->len, d->pos};
	ZSTD_outBuffer out = {buf, len, 0};
	size_t left = ZSTD_decompressStream(d->zstd, &out, &in);

	d->pos = in.pos;
	*made = out.pos;
	if (ZSTD_isError(left)) return damaged_input(d, ZSTD_getErrorName(left), err);
	d->between = left == 0;
	return VV_OK;
}

/* All streams of the file are read as one; the last has ended when the file has. */
static vv_status step_xz(vv_decompress *d, void *buf, size_t len, size_t *made, vv_error *err)
{
	d->between = false;
	d->lzma.next_in = d->input + d->pos;
	d->lzma.avail_in = d->len - d->pos;
	d->lzma.next_out = buf;
	d->lzma.avail_out = len;
	lzma_ret code = d->xz.code(&d->lzma, d->at_end ? LZMA_FINISH : LZMA_RUN);
	d->pos = d->len - d->lzma.avail_in;
	*made = len - d->lzma.avail_out;
	d->between = code == LZMA_STREAM_END;
	if (code == LZMA_MEM_ERROR) return vv_fail_nomem(err);
	if (code == LZMA_MEMLIMIT_ERROR) {
		return damaged_input(d, "unpacking it needs more than 192 MiB of memory", err);
	}
	return code == LZMA_OK || code == LZMA_STREAM_END || code == LZMA_BUF_ERROR
		       ? VV_OK
		       : damaged_input(d, "it is damaged", err);
}

static vv_status step_bzip2(vv_decompress *d, void *buf, size_t len, size_t *made, vv_error *err)
{
	if (d->between) {
		memset(&d->bz, 0, sizeof(d->bz));
		if (d->bzip2.init(&d->bz, 0, 0) != BZ_OK) return vv_fail_nomem(err);
		d->between = false;
	}
	d->bz.next_in = (char *)d->input + d->pos;
	d->bz.avail_in = (unsigned)(d->len - d->pos);
	d->bz.next_out = buf;
	d->bz.avail_out = (unsigned)len;
	int code = d->bzip2.step(&d->bz);
	d->pos = d->len - d->bz.avail_in;
	*made = len - d->bz.avail_out;
	if (code == BZ_STREAM_END) {
		d->bzip2.end(&d->bz);
		d->between = true;
		return VV_OK;
	}
	if (code == BZ_MEM_ERROR) return vv_fail_nomem(err);
	return code == BZ_OK ? VV_OK : damaged_input(d, "it is damaged", err);
}

static vv_status step_lz4(vv_decompress *d, void *buf, size_t len, size_t *made, vv_error *err)
{
	size_t taken = d->len - d->pos;

	*made = len;
	size_t left = d->lz4.step(d->lz4_context, buf, made, d->input + d->pos, &taken, NULL);
	d->pos += taken;
	if (d->lz4.is_error(left)) {
		*made = 0;
		return damaged_input(d, "it is damaged", err);
	}
	d->between = left == 0;
	return VV_OK;
}

static const struct {
	vv_status (*begin)(vv_decompress *d, vv_error *err);
	/* *made: bytes that came out */
	vv_status (*step)(vv_decompress *d, void *buf, size_t len, size_t *made, vv_error *err);
} forms[] = {[PLAIN] = {begin_plain, NULL},         [GZIP] = {begin_gzip, step_gzip},
	     [ZSTANDARD] = {begin_zstd, step_zstd}, [XZ] = {begin_xz, step_xz},
	     [BZIP2] = {begin_bzip2, step_bzip2},   [LZ4] = {begin_lz4, step_lz4}};

vv_status vv_decompress_open(vv_decompress **out, vv_packed_fn read, void *payload,
			     const char *name, vv_error *err)
{
	vv_auto(vv_decompress) *d = vv_calloc(1, sizeof(*d));

	*out = NULL;
	if (!d) return vv_fail_nomem(err);
	*d = (vv_decompress){.read = read,
			     .payload = payload,
			     .name = name,
			     .input = vv_malloc(INPUT),
			     .between = true};
	vv_status rc = d->input ? refill_input(d, err) : vv_fail_nomem(err);
	d->form = form_of(d->input, d->len);
	rc = rc < 0 ? rc : forms[d->form].begin(d, err);
	if (rc == VV_OK && d->form == PLAIN && vv_decompress_name(name) > 0) {
		rc = vv_fail(
			err, VV_EINPUT,
			"%s: the content does not have the format of the file name's extension\nif "
			"the file is not compressed, rename it",
			vv_text_shows(name));
	}
	return rc < 0 ? rc : vv_hand_over(out, &d);
}

void vv_decompress_close(vv_decompress *d)
{
	if (!d) return;
	(void)inflateEnd(&d->z); /* of one that is not open: nothing */
	if (d->xz.end) {
		d->xz.end(&d->lzma);
	}
	if (d->bzip2.end) {
		d->bzip2.end(&d->bz);
	}
	if (d->lz4_context) {
		d->lz4.close(d->lz4_context);
	}
	ZSTD_freeDStream(d->zstd);
	vv_free_all(d->input, d);
}

static vv_status step_stream(vv_decompress *d, void *buf, size_t len, size_t *made, vv_error *err)
{
	const vv_status rc = forms[d->form].step(d, buf, len, made, err);

	d->made += *made;
	if (rc < 0 || d->made <= MADE_FREE || d->made / MADE_TIMES <= d->taken) return rc;
	return vv_fail(
		err, VV_EREFUSED,
		"%s: %s: it unpacks to more than %u times its size\nif you trust the file, unpack "
		"it with another program",
		vv_text_shows(d->name), kinds[d->form], MADE_TIMES);
}

/* Zeros after the last gzip member are padding (tapes, block devices). */
static bool only_padding(const vv_decompress *d)
{
	return !vv_array_find(d->input + d->pos, d->len - d->pos, byte, *byte != 0);
}

static ssize_t read_plain(vv_decompress *d, void *buf, size_t len, vv_error *err)
{
	vv_status rc = refill_input(d, err);
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
		if ((rc = refill_input(d, err)) < 0) return rc;
		if (d->between && ((d->pos == d->len && d->at_end) ||
				   (d->form == GZIP && d->at_end && only_padding(d)))) {
			return 0;
		}
		if (!d->between && d->pos == d->len && d->at_end) {
			/* The decompressor may have buffered output. */
			rc = step_stream(d, buf, len, &made, err);
			if (rc < 0 || made > 0) return rc < 0 ? rc : (ssize_t)made;
			return d->between ? 0 : damaged_input(d, "it ends too early", err);
		}
		if ((rc = step_stream(d, buf, len, &made, err)) < 0) return rc;
	}
	return (ssize_t)made;
}
