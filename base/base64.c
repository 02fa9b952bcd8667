/*
 * base64: knows the alphabet.
 */
#include "base/base64.h"

#include <stdint.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void vv_base64_put(vv_buf *out, const void *bytes, size_t len, bool padded)
{
	const uint8_t *p = bytes;

	for (; len > 0; p += 3) {
		size_t n = len < 3 ? len : 3;
		uint32_t v = (uint32_t)p[0] << 16 | (n > 1 ? (uint32_t)p[1] << 8 : 0) |
			     (n > 2 ? p[2] : 0);

		for (size_t i = 0; i < 4; i++) {
			if (i <= n) {
				vv_buf_putc(out, letters[v >> (18 - 6 * i) & 63]);
			} else if (padded) {
				vv_buf_putc(out, '=');
			}
		}
		len -= n;
	}
}

static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z') {
		return c - 'A';
	}
	if (c >= 'a' && c <= 'z') {
		return c - 'a' + 26;
	}
	if (c >= '0' && c <= '9') {
		return c - '0' + 52;
	}
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool vv_base64_read(vv_buf *out, const char *text, size_t len)
{
	size_t before = out->len, padding = 0;
	uint32_t v = 0;
	unsigned bits = 0;

	while (padding < 2 && len > 0 && text[len - 1] == '=') {
		len--;
		padding++;
	}
	if (padding > 0 ? (len + padding) % 4 != 0 : len % 4 == 1) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		int d = value_of(text[i]);

		if (d < 0) {
			goto bad;
		}
		v = (v << 6 | (uint32_t)d) & 0xffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			vv_buf_putc(out, (int)(v >> bits & 0xff));
		}
	}
	if ((v & ((1u << bits) - 1)) == 0) {
		return true;
	}
bad:
	if (!out->failed && out->data) {
		out->len = before;
		out->data[before] = '\0';
	}
	return false;
}
