/*
 * transcode: knows UTF-16.
 */
#include "dataset/read/transcode.h"

#include <string.h>

#include "base/text.h"

#define LOOK 512u

static vv_status fill(vv_transcode *t, vv_error *err)
{
	/* What is left over (half a pair at most) goes to the front. */
	memmove(t->in, t->in + t->pos, t->len - t->pos);
	t->offset += t->pos;
	t->len -= t->pos;
	t->pos = 0;
	while (!t->at_end && t->len < sizeof(t->in)) {
		ssize_t got = t->read(t->payload, t->in + t->len, sizeof(t->in) - t->len, err);

		if (got < 0) {
			return (vv_status)got;
		}
		t->at_end = got == 0;
		t->len += (size_t)got;
	}
	return VV_OK;
}

/* Text with ASCII letters, digits or delimiters has its NULs nearly all on one side. */
static void look_for_nuls(vv_transcode *t)
{
	size_t n = t->len < LOOK ? t->len : LOOK, i, even = 0, odd = 0;

	for (i = 0; i < n; i++) {
		if (t->in[i] == 0) {
			even += i % 2 == 0;
			odd += i % 2 == 1;
		}
	}
	if (n >= 4 && even + odd >= n / 4 && (even >= 4 * odd || odd >= 4 * even)) {
		t->is_utf16 = true;
		t->big_endian = even > odd;
	}
}

vv_status vv_transcode_init(vv_transcode *t, vv_transcode_read_fn read, void *payload,
			    const char *name, vv_error *err)
{
	vv_status rc;

	memset(t, 0, sizeof(*t));
	t->read = read;
	t->payload = payload;
	t->name = name;
	if ((rc = fill(t, err)) < 0) {
		return rc;
	}
	if (t->len >= 2 &&
	    ((t->in[0] == 0xff && t->in[1] == 0xfe) || (t->in[0] == 0xfe && t->in[1] == 0xff))) {
		t->is_utf16 = true;
		t->big_endian = t->in[0] == 0xfe;
		t->pos = 2;
	} else {
		look_for_nuls(t);
	}
	return VV_OK;
}

static uint32_t unit(const vv_transcode *t, size_t at)
{
	uint32_t a = t->in[at], b = t->in[at + 1];

	return t->big_endian ? a << 8 | b : b << 8 | a;
}

/* UTF-8 of a code point that is not a surrogate; how many bytes. */
static size_t put(uint8_t *out, uint32_t cp)
{
	if (cp < 0x80) {
		out[0] = (uint8_t)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (uint8_t)(0xc0 | cp >> 6);
		out[1] = (uint8_t)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (uint8_t)(0xe0 | cp >> 12);
		out[1] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | cp >> 18);
	out[1] = (uint8_t)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (cp & 0x3f));
	return 4;
}

/* The next code point; false when the buffered bytes do not hold it whole. */
static bool next(vv_transcode *t, uint32_t *cp)
{
	uint32_t low;

	if (t->len - t->pos < 2) {
		return false;
	}
	*cp = unit(t, t->pos);
	if (*cp < 0xd800 || *cp > 0xdfff) {
		t->pos += 2;
		return true;
	}
	if (*cp < 0xdc00) {
		if (t->len - t->pos < 4 && !t->at_end) {
			return false;
		}
		low = t->len - t->pos >= 4 ? unit(t, t->pos + 2) : 0;
		if (low >= 0xdc00 && low <= 0xdfff) {
			*cp = 0x10000 + ((*cp - 0xd800) << 10) + (low - 0xdc00);
			t->pos += 4;
			return true;
		}
	}
	*cp = 0xfffd;
	t->replaced++;
	t->pos += 2;
	return true;
}

ssize_t vv_transcode_read(void *payload, void *buf, size_t len, vv_error *err)
{
	vv_transcode *t = payload;
	uint8_t *out = buf;
	size_t made = 0;
	uint32_t cp;
	vv_status rc;

	if (t->len - t->pos < 4 && !t->at_end && (rc = fill(t, err)) < 0) {
		return rc;
	}
	if (!t->is_utf16) {
		size_t n = t->len - t->pos < len ? t->len - t->pos : len;

		memcpy(buf, t->in + t->pos, n);
		t->pos += n;
		return (ssize_t)n;
	}
	while (made + 4 <= len && next(t, &cp)) {
		made += put(out + made, cp);
	}
	if (made == 0 && t->len > t->pos && t->at_end) {
		return vv_fail(err, VV_EINPUT, "%s: half a UTF-16 character at byte %llu, the end",
			       vv_text_shows(t->name), (unsigned long long)(t->offset + t->pos));
	}
	return (ssize_t)made;
}
