/*
 * buf: growth of byte buffers, varints and little-endian integers.
 */
#include "base/buf.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/sys.h"

#define FIRST_CAP 64u

void vv_buf_clear(vv_buf *b)
{
	vv_free(b->data);
	*b = (vv_buf)VV_BUF_FOR(b->owner);
}

void vv_buf_clear_list(vv_buf *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		vv_buf_clear(list[i]);
	}
}

void vv_buf_reset(vv_buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->data) {
		b->data[0] = '\0';
	}
}

void vv_buf_drop_front(vv_buf *b, size_t len)
{
	assert(len <= b->len);
	if (len == 0) return;
	b->len -= len;
	memmove(b->data, b->data + len, b->len);
	b->data[b->len] = '\0';
}

void vv_buf_fail(vv_buf *b)
{
	for (; b; b = b->owner) {
		b->failed = true;
	}
}

bool vv_buf_grow(vv_buf *b, size_t more)
{
	size_t need;

	if (b->failed) return false;
	/* The NUL after the bytes is counted in. */
	if (!vv_add_size(&need, b->len, more) || !vv_add_size(&need, need, 1)) {
		vv_buf_fail(b);
		return false;
	}
	if (need <= b->cap) return true;
	size_t cap = b->cap < FIRST_CAP ? FIRST_CAP : b->cap;
	if (cap < need && !vv_add_size(&cap, cap, cap / 2)) {
		cap = need;
	}
	if (cap < need) {
		cap = need;
	}
	char *data = vv_realloc(b->data, cap);
	if (!data) {
		vv_buf_fail(b);
		return false;
	}
	b->data = data;
	b->cap = cap;
	return true;
}

void vv_buf_printf(vv_buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vv_buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void vv_buf_vprintf(vv_buf *b, const char *fmt, va_list ap)
{
	va_list again;

	if (!vv_buf_reserve(b, FIRST_CAP)) return;
	size_t room = b->cap - b->len;
	va_copy(again, ap);
	int need = vsnprintf(b->data + b->len, room, fmt, again);
	va_end(again);
	if (need >= 0 && (size_t)need >= room) {
		b->data[b->len] = '\0';
		if (!vv_buf_reserve(b, (size_t)need)) return;
		need = vsnprintf(b->data + b->len, (size_t)need + 1, fmt, ap);
	}
	if (need < 0) {
		b->data[b->len] = '\0';
		vv_buf_fail(b);
		return;
	}
	b->len += (size_t)need;
}

char *vv_buf_detach(vv_buf *b)
{
	if (!b->data && !b->failed) {
		(void)vv_buf_reserve(b, 0);
	}
	if (b->failed) {
		vv_buf_clear(b);
		return NULL;
	}
	char *data = b->data;
	data[b->len] = '\0';
	*b = (vv_buf)VV_BUF_FOR(b->owner);
	return data;
}

const char *vv_buf_cstr(const vv_buf *b)
{
	return b->data && b->len > 0 ? b->data : "";
}

vv_status vv_buf_ok(const vv_buf *b, vv_error *err)
{
	return b->failed ? vv_fail_nomem(err) : VV_OK;
}

vv_status vv_alloc_ok(const void *p, vv_error *err)
{
	return p ? VV_OK : vv_fail_nomem(err);
}

char *vv_asprintf(const char *fmt, ...)
{
	vv_buf b = VV_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	vv_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	return vv_buf_detach(&b);
}

bool vv_buf_equal(const vv_buf *a, const vv_buf *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

void vv_buf_put_varint(vv_buf *b, uint64_t v)
{
	uint8_t bytes[10];

	vv_buf_put(b, bytes, vv_varint_write(bytes, v));
}

size_t vv_varint_len(uint64_t v)
{
	size_t len = 1;

	while (v >= 0x80) {
		v >>= 7;
		len++;
	}
	return len;
}

size_t vv_varint_write(uint8_t *out, uint64_t v)
{
	size_t len = 0;

	while (v >= 0x80) {
		out[len++] = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	out[len++] = (uint8_t)v;
	return len;
}

bool vv_varint_read(const uint8_t **p, const uint8_t *end, uint64_t *out)
{
	const uint8_t *at = *p;
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		if (at == end) return false;
		uint8_t byte = *at++;
		/* The tenth byte has room for the 64th bit only. */
		if (shift == 63 && byte > 1) return false;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			if (byte == 0 && shift > 0) return false;
			*out = v;
			*p = at;
			return true;
		}
	}
	return false;
}

void vv_put_le32(uint8_t *out, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++) {
		out[i] = (uint8_t)(v >> (8 * i));
	}
}

void vv_put_le64(uint8_t *out, uint64_t v)
{
	for (unsigned i = 0; i < 8; i++) {
		out[i] = (uint8_t)(v >> (8 * i));
	}
}

uint32_t vv_get_le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

uint64_t vv_get_le64(const uint8_t *p)
{
	return (uint64_t)vv_get_le32(p) | (uint64_t)vv_get_le32(p + 4) << 32;
}

void vv_put_be32(uint8_t *out, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++) {
		out[i] = (uint8_t)(v >> (24 - 8 * i));
	}
}

void vv_put_be64(uint8_t *out, uint64_t v)
{
	vv_put_be32(out, (uint32_t)(v >> 32));
	vv_put_be32(out + 4, (uint32_t)v);
}

void vv_buf_put_be32(vv_buf *b, uint32_t v)
{
	uint8_t bytes[4];

	vv_put_be32(bytes, v);
	vv_buf_put(b, bytes, sizeof(bytes));
}

vv_status vv_buf_write(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_buf_put(payload, bytes, len);
	return vv_buf_ok(payload, err);
}

void vv_buf_put_spaces(vv_buf *b, size_t count)
{
	for (; count > 0; count--) {
		vv_buf_putc(b, ' ');
	}
}
