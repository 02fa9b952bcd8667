/*
 * codec: the alphabets.
 */
#include "base/codec.h"
#include "base/array.h"

#include <assert.h>
#include <string.h>

#include "base/ascii.h"

static const char hex_digits[] = "0123456789abcdef";
static const char base32_letters[] = "abcdefghijklmnopqrstuvwxyz234567";
static const char base64_letters[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* --- hex ------------------------------------------------------------------------------ */

void vv_hex_write(char *out, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = hex_digits[p[i] >> 4];
		out[2 * i + 1] = hex_digits[p[i] & 15];
	}
	out[2 * len] = '\0';
}

void vv_hex_put(vv_buf *out, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < len; i++) {
		vv_buf_putc(out, hex_digits[p[i] >> 4]);
		vv_buf_putc(out, hex_digits[p[i] & 15]);
	}
}

bool vv_hex_read(uint8_t *out, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++) {
		int high = vv_hex_digit(text[2 * i]);
		int low = high < 0 ? -1 : vv_hex_digit(text[2 * i + 1]);

		if (low < 0) return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool vv_hex_is_lower(const char *text, size_t len)
{
	return !vv_array_find(text, len, c, !vv_is_hex(*c) || vv_is_upper(*c));
}

/* --- base32 --------------------------------------------------------------------------- */

void vv_base32_write(char *out, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < len; i++) {
		bits = (bits << 8 | p[i]) & 0xffff;
		have += 8;
		while (have >= 5) {
			have -= 5;
			*out++ = base32_letters[bits >> have & 31];
		}
	}
	if (have > 0) {
		*out++ = base32_letters[bits << (5 - have) & 31];
	}
	*out = '\0';
}

static int base32_value(char c)
{
	if (vv_is_lower(c)) return c - 'a';
	return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

size_t vv_base32_read(uint8_t *out, const char *text, size_t len)
{
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < len; i++) {
		int v = base32_value(text[i]);

		if (v < 0) return i + 1;
		bits = (bits << 5 | (uint32_t)v) & 0xffff;
		have += 5;
		if (have >= 8) {
			have -= 8;
			*out++ = (uint8_t)(bits >> have);
		}
	}
	return have >= 5 || (bits & ((1u << have) - 1)) != 0 ? len : 0;
}

/* --- base58 --------------------------------------------------------------------------- */

static const char base58_letters[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

static void write_digits(char *out, size_t cap, const uint8_t *p, size_t len, const char *letters,
			 unsigned base)
{
	uint8_t digits[VV_BASE58_MAX * 156 / 100 + 2];
	size_t zeros = 0, count = 0, at = 0;

	assert(len <= VV_BASE58_MAX && cap >= len * (base == 58 ? 138 : 156) / 100 + 2);
	(void)cap;
	while (zeros < len && p[zeros] == 0) {
		zeros++;
	}
	for (size_t i = zeros; i < len; i++) {
		unsigned carry = p[i];
		for (size_t k = 0; k < count || carry > 0; k++) {
			carry += k < count ? 256u * digits[k] : 0;
			digits[k] = (uint8_t)(carry % base);
			carry /= base;
			count = k >= count ? k + 1 : count;
		}
	}
	for (; at < zeros; at++) {
		out[at] = letters[0];
	}
	while (count > 0) {
		out[at++] = letters[digits[--count]];
	}
	out[at] = '\0';
}

void vv_base58_write(char *out, size_t cap, const void *bytes, size_t len)
{
	write_digits(out, cap, bytes, len, base58_letters, 58);
}

void vv_base36_write(char *out, size_t cap, const void *bytes, size_t len)
{
	write_digits(out, cap, bytes, len, "0123456789abcdefghijklmnopqrstuvwxyz", 36);
}

bool vv_base58_read(uint8_t *out, size_t len, const char *text)
{
	char again[VV_BASE58_MAX * 138 / 100 + 2];
	size_t text_len = strlen(text);

	if (len > VV_BASE58_MAX || text_len >= sizeof(again)) return false;
	memset(out, 0, len);
	for (size_t i = 0; i < text_len; i++) {
		const char *letter = strchr(base58_letters, text[i]);
		unsigned carry = letter ? (unsigned)(letter - base58_letters) : 0;
		if (!letter) return false;
		for (size_t k = len; k-- > 0;) {
			carry += 58u * out[k];
			out[k] = (uint8_t)carry;
			carry >>= 8;
		}
		if (carry > 0) return false;
	}
	/* Leading ones count. */
	vv_base58_write(again, sizeof(again), out, len);
	return strcmp(again, text) == 0;
}

/* --- base64 --------------------------------------------------------------------------- */

void vv_base64_put(vv_buf *out, const void *bytes, size_t len, bool padded)
{
	const uint8_t *p = bytes;

	for (; len > 0; p += 3) {
		size_t n = len < 3 ? len : 3;
		uint32_t v = (uint32_t)p[0] << 16 | (n > 1 ? (uint32_t)p[1] << 8 : 0) |
			     (n > 2 ? p[2] : 0);

		for (size_t i = 0; i < 4; i++) {
			if (i <= n) {
				vv_buf_putc(out, base64_letters[v >> (18 - 6 * i) & 63]);
			} else if (padded) {
				vv_buf_putc(out, '=');
			}
		}
		len -= n;
	}
}

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z') return c - 'A';
	if (c >= 'a' && c <= 'z') return c - 'a' + 26;
	if (c >= '0' && c <= '9') return c - '0' + 52;
	if (c == '+') return 62;
	return c == '/' ? 63 : -1;
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
	if (padding > 0 ? (len + padding) % 4 != 0 : len % 4 == 1) return false;
	for (size_t i = 0; i < len; i++) {
		int d = base64_value(text[i]);

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
	if ((v & ((1u << bits) - 1)) == 0) return true;
bad:
	if (!out->failed && out->data) {
		out->len = before;
		out->data[before] = '\0';
	}
	return false;
}

/* --- percent-encoding ----------------------------------------------------------------- */

bool vv_percent_read(vv_buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t byte = (uint8_t)text[i];

		if (byte == '%') {
			if (len - i < 3 || !vv_hex_read(&byte, 1, text + i + 1)) return false;
			i += 2;
		}
		vv_buf_putc(out, byte);
	}
	return true;
}

void vv_percent_put(vv_buf *out, const char *text, size_t len, const char *plain)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c != '\0' && (vv_is_alnum(c) || strchr("-._~", c) || strchr(plain, c))) {
			vv_buf_putc(out, c);
		} else {
			vv_buf_printf(out, "%%%02X", (unsigned)(unsigned char)c);
		}
	}
}

void vv_doubled_put(vv_buf *out, char quote, const char *text, size_t len)
{
	vv_buf_putc(out, quote);
	for (size_t i = 0; i < len; i++) {
		vv_buf_puts(out, text[i] == quote ? (char[]){quote, '\0'} : "");
		vv_buf_putc(out, text[i]);
	}
	vv_buf_putc(out, quote);
}
