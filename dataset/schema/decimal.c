/*
 * decimal: knows decimal numbers as strings of digits: compared and subtracted by hand.
 */
#include "dataset/schema/decimal.h"

#include <string.h>
#include <strings.h>

#define EXPONENT_MAX 1000000000
#define SPREAD_MAX 4000

static bool word_is(const char *s, size_t len, const char *word)
{
	return len == strlen(word) && strncasecmp(s, word, len) == 0;
}

/* What stands around a bare number: "$12", "12%". */
static void strip(const vv_field *f, const char **s, const char **end)
{
	if (f && f->bare_number) {
		return;
	}
	char point = f && f->decimal_char ? f->decimal_char : '.';
	const char *p = *s, *e = *end;
	while (p < e && !((*p >= '0' && *p <= '9') || *p == '-' || *p == '+' || *p == point)) {
		p++;
	}
	while (e > p && !(e[-1] >= '0' && e[-1] <= '9')) {
		e--;
	}
	if (f) {
		*s = p;
		*end = e;
	}
}

static bool read_exponent(const char *p, const char *end, int64_t *out)
{
	bool negative = false;
	int64_t v = 0;
	if (p < end && (*p == '-' || *p == '+')) {
		negative = *p++ == '-';
	}
	if (p == end) {
		return false;
	}
	for (; p < end; p++) {
		if (*p < '0' || *p > '9') {
			return false;
		}
		v = v < EXPONENT_MAX ? v * 10 + (*p - '0') : v;
	}
	if (v > EXPONENT_MAX) {
		return false;
	}
	*out = negative ? -v : v;
	return true;
}

/* Takes zeros off both ends; the number of digits before the point becomes the exponent. */
static void normalise(vv_decimal *d, vv_buf *buf, int64_t exponent)
{
	const char *p = buf->data ? buf->data + d->digits_at : "";
	while (d->count > 0 && p[d->count - 1] == '0') {
		d->count--;
	}
	size_t zeros = 0;
	while (zeros < d->count && p[zeros] == '0') {
		zeros++;
	}
	d->digits_at += zeros;
	d->count -= zeros;
	d->exponent = exponent - (int64_t)zeros;
	if (d->count == 0) {
		d->exponent = 0;
		d->negative = false;
	}
}

bool vv_decimal_read(vv_decimal *out, vv_buf *buf, const vv_field *f, const char *s, size_t len)
{
	const char *p = s, *end = s + len;
	char point = f && f->decimal_char ? f->decimal_char : '.', group = f ? f->group_char : 0;
	int64_t before = 0, exponent = 0;
	bool seen_point = false, any = false;
	memset(out, 0, sizeof(*out));
	strip(f, &p, &end);
	if (p < end && (*p == '-' || *p == '+')) {
		out->negative = *p++ == '-';
	}
	size_t left = (size_t)(end - p);
	if (word_is(p, left, "nan") || word_is(p, left, "inf")) {
		out->kind = word_is(p, left, "nan") ? VV_DECIMAL_NAN : VV_DECIMAL_INF;
		return true;
	}
	if (!vv_buf_reserve(buf, left)) {
		return false;
	}
	out->digits_at = buf->len;
	for (; p < end && *p != 'e' && *p != 'E'; p++) {
		if (*p >= '0' && *p <= '9') {
			buf->data[buf->len++] = *p;
			any = true;
			before += !seen_point;
		} else if (*p == point && !seen_point) {
			seen_point = true;
		} else if (!(group && *p == group && !seen_point && any)) {
			return false;
		}
	}
	if (!any || (p < end && !read_exponent(p + 1, end, &exponent))) {
		return false;
	}
	out->count = buf->len - out->digits_at;
	normalise(out, buf, before + exponent);
	return true;
}

/* Compares magnitudes. */
static int magnitude(const vv_decimal *a, const vv_decimal *b, const vv_buf *buf)
{
	if (a->count == 0 || b->count == 0) {
		return (a->count > 0) - (b->count > 0);
	}
	if (a->exponent != b->exponent) {
		return a->exponent < b->exponent ? -1 : 1;
	}
	size_t n = a->count < b->count ? a->count : b->count;
	int c = memcmp(buf->data + a->digits_at, buf->data + b->digits_at, n);
	if (c != 0) {
		return c < 0 ? -1 : 1;
	}
	return (a->count > b->count) - (a->count < b->count);
}

int vv_decimal_compare(const vv_decimal *a, const vv_decimal *b, const vv_buf *buf)
{
	if (a->kind == VV_DECIMAL_NAN || b->kind == VV_DECIMAL_NAN) {
		return (a->kind == VV_DECIMAL_NAN) - (b->kind == VV_DECIMAL_NAN);
	}
	int sa = a->kind == VV_DECIMAL_FINITE && a->count == 0 ? 0 : a->negative ? -1 : 1;
	int sb = b->kind == VV_DECIMAL_FINITE && b->count == 0 ? 0 : b->negative ? -1 : 1;
	if (sa != sb) {
		return sa < sb ? -1 : 1;
	}
	if (a->kind == VV_DECIMAL_INF || b->kind == VV_DECIMAL_INF) {
		return sa * ((a->kind == VV_DECIMAL_INF) - (b->kind == VV_DECIMAL_INF));
	}
	return sa * magnitude(a, b, buf);
}

/* The digit of d that stands for 10^place (place 0: ones). */
static int digit_at(const vv_decimal *d, const vv_buf *buf, int64_t place)
{
	int64_t i = d->exponent - 1 - place;
	return i < 0 || i >= (int64_t)d->count ? 0 : buf->data[d->digits_at + (size_t)i] - '0';
}

bool vv_decimal_distance(vv_decimal *out, const vv_decimal *a, const vv_decimal *b, vv_buf *buf)
{
	memset(out, 0, sizeof(*out));
	if (a->kind != VV_DECIMAL_FINITE || b->kind != VV_DECIMAL_FINITE) {
		return false;
	}
	int64_t top = a->exponent > b->exponent ? a->exponent : b->exponent;
	int64_t low_a = a->exponent - (int64_t)a->count, low_b = b->exponent - (int64_t)b->count;
	if (a->count == 0 || b->count == 0) {
		const vv_decimal *other = a->count == 0 ? b : a;
		*out = *other;
		out->negative = false;
		return true;
	}
	int64_t low = low_a < low_b ? low_a : low_b;
	if (top - low > SPREAD_MAX) {
		return false;
	}
	bool add = a->negative != b->negative;
	const vv_decimal *big = magnitude(a, b, buf) >= 0 ? a : b, *small = big == a ? b : a;
	size_t n = (size_t)(top - low) + 1, at = buf->len;
	if (!vv_buf_reserve(buf, n)) {
		return false;
	}
	int carry = 0;
	for (size_t i = 0; i < n; i++) { /* from the lowest place up */
		int64_t place = low + (int64_t)i;
		int x = digit_at(big, buf, place), y = digit_at(small, buf, place);
		int v = add ? x + y + carry : x - y - carry;
		carry = add ? v >= 10 : v < 0;
		v = add ? v % 10 : (v + 10) % 10;
		buf->data[at + n - 1 - i] = (char)('0' + v);
	}
	buf->len += n;
	out->digits_at = at;
	out->count = n;
	normalise(out, buf, top + 1);
	return true;
}

void vv_decimal_put(vv_buf *out, const vv_decimal *d, const vv_buf *digits)
{
	if (d->kind == VV_DECIMAL_NAN) {
		vv_buf_puts(out, "nan");
		return;
	}
	vv_buf_puts(out, d->negative ? "-" : "");
	if (d->kind == VV_DECIMAL_INF) {
		vv_buf_puts(out, "inf");
		return;
	}
	vv_buf_put(out, d->count ? digits->data + d->digits_at : "0", d->count ? d->count : 1);
	vv_buf_printf(out, "e%lld", (long long)d->exponent);
}
