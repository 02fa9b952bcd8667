/*
 * number_text: how a decimal number is read, rounded and written digit by digit.
 */
#include "diff/spreadsheet/number_text.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"

#define EXPONENT_MAX 300 /* of a number in a text */

static void strip_zeros(vv_number_text *n)
{
	while (n->count > 0 && n->digits[n->count - 1] == '0') {
		n->count--;
	}
	const size_t lead = vv_find_place(i, n->count, n->digits[i] != '0');
	memmove(n->digits, n->digits + lead, n->count - lead);
	n->count -= lead;
	n->point = n->count > 0 ? n->point - (long)lead : 0;
}

/* Reads "E+05" at the end of a number. True: the exponent is right, or there is none. */
static bool read_exponent(vv_number_text *n, const char *s, size_t len)
{
	long v = 0;
	size_t i = 1;

	if (len == 0) return true;
	const bool minus = len > 1 && s[1] == '-';
	i += len > 1 && (s[1] == '-' || s[1] == '+');
	if ((*s != 'e' && *s != 'E') || i == len || len - i > 3) return false;
	for (; i < len && vv_is_digit(s[i]); i++) {
		v = v * 10 + (s[i] - '0');
	}
	n->exponent = true;
	n->point += minus ? -v : v;
	return i == len && v <= EXPONENT_MAX;
}

bool vv_number_text_read(vv_number_text *n, const char *s, size_t len)
{
	size_t i = 0, all = 0;

	while (len > 0 && s[len - 1] == ' ') {
		len--;
	}
	while (i < len && s[i] == ' ') {
		i++;
	}
	*n = (vv_number_text){.negative = i < len && s[i] == '-'};
	i += i < len && (s[i] == '-' || s[i] == '+');
	n->zeros = len - i > 1 && s[i] == '0' && vv_is_digit(s[i + 1]);
	for (; i < len && (vv_is_digit(s[i]) || ((s[i] == '.' || s[i] == ',') && !n->mark)); i++) {
		if (!vv_is_digit(s[i])) {
			n->mark = s[i];
			continue;
		}
		if (all++ >= VV_NUMBER_TEXT_MAX) return false;
		n->digits[n->count++] = s[i];
		n->point += n->mark == 0;
		n->places += n->mark != 0;
	}
	if (all == 0 || !read_exponent(n, s + i, len - i)) return false;
	strip_zeros(n);
	return true;
}

vv_number_text vv_number_text_round(const vv_number_text *n, long keep, bool cut)
{
	vv_number_text r = *n;

	if (keep >= (long)r.count) return r;
	if (keep < 0) {
		r.count = 0;
		strip_zeros(&r);
		return r;
	}
	bool up = !cut && n->digits[keep] >= '5';
	r.count = (size_t)keep;
	for (size_t i = r.count; up && i-- > 0;) {
		up = r.digits[i] == '9';
		r.digits[i] = up ? '0' : (char)(r.digits[i] + 1);
	}
	if (up) {
		memmove(r.digits + 1, r.digits, r.count);
		r.digits[0] = '1';
		r.count++;
		r.point++;
	}
	strip_zeros(&r);
	return r;
}

bool vv_number_text_same(const vv_number_text *a, const vv_number_text *b)
{
	return a->count == b->count && memcmp(a->digits, b->digits, a->count) == 0 &&
	       a->point == b->point;
}

void vv_number_text_put(vv_buf *out, const vv_number_text *n, char mark)
{
	const size_t whole = n->point > 0 ? (size_t)n->point : 0;

	vv_buf_puts(out, n->negative && n->count > 0 ? "-" : "");
	for (size_t i = 0; i < whole; i++) {
		vv_buf_putc(out, i < n->count ? n->digits[i] : '0');
	}
	vv_buf_puts(out, whole == 0 ? "0" : "");
	if (whole >= n->count) return;
	vv_buf_putc(out, mark);
	for (long i = n->point; i < 0; i++) {
		vv_buf_putc(out, '0');
	}
	vv_buf_put(out, n->digits + whole, n->count - whole);
}

void vv_number_text_put_exponent(vv_buf *out, const vv_number_text *n, char mark, size_t places)
{
	const long e = n->count > 0 ? n->point - 1 : 0;

	vv_buf_puts(out, n->negative ? "-" : "");
	vv_buf_putc(out, n->count > 0 ? n->digits[0] : '0');
	if (n->count > 1 || places > 0) {
		vv_buf_putc(out, mark);
	}
	for (size_t i = 1; i < n->count || i <= places; i++) {
		vv_buf_putc(out, i < n->count ? n->digits[i] : '0');
	}
	vv_buf_printf(out, "E%c%02ld", e < 0 ? '-' : '+', e < 0 ? -e : e);
}
