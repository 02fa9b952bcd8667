/*
 * value: decides whether two spellings are one value. Everything goes through the canonical form,
 * so that comparing, hashing and joining always agree.
 */
#include "diff/rows/value.h"

#include <string.h>

#include "base/array.h"
#include "dataset/format/facts.h"
#include "dataset/schema/decimal.h"
#include "dataset/schema/moment.h"

/* First byte of a canonical form. */
enum {
	TAG_ABSENT = 'a',
	TAG_NULL = 'n',
	TAG_NUMBER = '0',
	TAG_BOOLEAN = 'b',
	TAG_JSON = 'j',
	TAG_TEXT = 't',
	TAG_OTHER = 'o'
};

/* A missing value of the schema is null; but an empty text in a column of strings is a value, so
 * that "" and null differ. */
static bool is_missing(const vv_field *f, const vv_cell *c)
{
	if (c->state != VV_CELL_TEXT ||
	    (c->len == 0 && (f->type == VV_TYPE_STRING || f->type == VV_TYPE_ANY))) {
		return false;
	}
	return vv_field_missing(f, c);
}

/* Bytes of a number's canonical form beside its digits: tag, sign, exponent. */
#define NUMBER_MORE 16u

/* The form of a whole number without zeros in front or a sign, most keys: what vv_decimal_read would find. There
 * is room. False: it is none. */
static bool put_plain_integer(vv_buf *out, const char *s, size_t len)
{
	char *to = out->data + out->len;
	size_t count = 0;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9') return false;
		to[1 + i] = s[i];
		count = s[i] != '0' ? i + 1 : count;
	}
	if (s[0] == '0') return false;
	to[0] = TAG_NUMBER;
	to[1 + count] = '+';
	vv_put_le64((uint8_t *)to + count + 2, len);
	out->len += count + 10;
	return true;
}

/* The digits are read into out itself and moved to where they belong: no other memory is
 * needed for the most frequent values. */
static bool put_number(vv_buf *out, const vv_field *f, const vv_cell *c)
{
	/* JSON numbers have one spelling */
	const vv_field *spelling = c->state == VV_CELL_LITERAL ? NULL : f;
	size_t at = out->len;
	vv_decimal d;
	if (c->len == 0 || !vv_buf_reserve(out, c->len + NUMBER_MORE)) return false;
	if (put_plain_integer(out, c->text, c->len)) return true;
	out->data[out->len++] = TAG_NUMBER;
	if (!vv_decimal_read(&d, out, spelling, c->text, c->len)) {
		out->len = at;
		return false;
	}
	if (d.kind != VV_DECIMAL_FINITE) {
		bool negative = d.negative && d.kind == VV_DECIMAL_INF;
		out->len = at + 1;
		out->data[out->len++] = d.kind == VV_DECIMAL_INF ? 'i' : 'n';
		out->data[out->len++] = negative ? '-' : '+';
		return true;
	}
	memmove(out->data + at + 1, out->data + d.digits_at, d.count);
	out->len = at + 1 + d.count;
	out->data[out->len++] = d.negative ? '-' : '+';
	vv_put_le64((uint8_t *)out->data + out->len, (uint64_t)d.exponent);
	out->len += 8;
	return true;
}

static bool put_boolean(vv_buf *out, const vv_field *f, const vv_cell *c)
{
	bool literal = c->state == VV_CELL_LITERAL;
	bool yes = literal ? c->len == 4 && memcmp(c->text, "true", 4) == 0
			   : vv_cell_is_one_of(c, f->true_values);
	bool no = literal ? c->len == 5 && memcmp(c->text, "false", 5) == 0
			  : vv_cell_is_one_of(c, f->false_values);
	if (yes || no) {
		vv_buf_putc(out, TAG_BOOLEAN);
		vv_buf_putc(out, yes ? '1' : '0');
	}
	return yes || no;
}

/* JSON text without the white space between its tokens. */
static void put_json(vv_buf *out, const vv_cell *c)
{
	bool string = false;
	vv_buf_putc(out, TAG_JSON);
	for (size_t i = 0; i < c->len; i++) {
		char ch = c->text[i];
		if (!string && (ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r')) {
			continue;
		}
		vv_buf_putc(out, ch);
		if (string && ch == '\\' && i + 1 < c->len) {
			vv_buf_putc(out, c->text[++i]);
		} else if (ch == '"') {
			string = !string;
		}
	}
}

/* Dates and times of columns with a format of their own, as the default format has them. A text
 * that is none under its format must not be treated as one that is: it has a tag of its own. */
static bool put_moment(vv_buf *out, const vv_field *f, const vv_cell *c)
{
	size_t at = out->len;
	if (c->state != VV_CELL_TEXT || c->len == 0 || !vv_buf_reserve(out, 1)) return false;
	out->data[out->len++] = TAG_TEXT;
	switch (vv_moment_put(out, f, c->text, c->len)) {
	case VV_MOMENT_PUT:
		return true;
	case VV_MOMENT_NONE:
		out->data[at] = TAG_OTHER;
		vv_buf_put(out, c->text, c->len);
		return true;
	default:
		out->len = at;
		return false;
	}
}

static void put_form(vv_buf *out, const vv_field *f, const vv_cell *c)
{
	if (c->state == VV_CELL_ABSENT) {
		vv_buf_putc(out, TAG_ABSENT);
		return;
	}
	if (c->state == VV_CELL_NULL || is_missing(f, c)) {
		vv_buf_putc(out, TAG_NULL);
		return;
	}
	if ((f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER ||
	     c->state == VV_CELL_LITERAL) &&
	    put_number(out, f, c)) {
		return;
	}
	if ((f->type == VV_TYPE_BOOLEAN || c->state == VV_CELL_LITERAL) && put_boolean(out, f, c)) {
		return;
	}
	if (c->state == VV_CELL_LITERAL || f->type == VV_TYPE_OBJECT || f->type == VV_TYPE_ARRAY ||
	    f->type == VV_TYPE_GEOJSON) {
		put_json(out, c);
		return;
	}
	if (put_moment(out, f, c)) return;
	if (vv_buf_reserve(out, c->len + 1)) {
		out->data[out->len++] = TAG_TEXT;
		memcpy(out->data + out->len, c->len > 0 ? c->text : "", c->len);
		out->len += c->len;
	}
}

void vv_value_put_canonical(vv_buf *out, const vv_field *f, const vv_cell *c)
{
	uint8_t len[10];
	size_t at = out->len;
	/* the length comes first, so that one value is never the start of another. Most are short:
	 * one byte is reserved, and the text moved if it needs more. */
	vv_buf_putc(out, 0);
	put_form(out, f, c);
	if (out->failed) return;
	size_t n = out->len - at - 1, bytes = vv_varint_write(len, n);
	if (bytes > 1) {
		if (!vv_buf_reserve(out, bytes)) return;
		memmove(out->data + at + bytes, out->data + at + 1, n);
		out->len += bytes - 1;
	}
	memcpy(out->data + at, len, bytes);
	out->data[out->len] = '\0';
}

const vv_field *vv_value_field(const vv_field *fa, const vv_field *fb)
{
	return fa->type == fb->type ? fa : fb;
}

/* The digits after the point of a number without needless zeros before it or a sign; -1: it is none. */
static int plain_fraction(const char *s, size_t len)
{
	size_t point = len;
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '.' && point == len) {
			point = i;
		} else if (s[i] < '0' || s[i] > '9') {
			return -1;
		}
	}
	return point == 0 || point + 1 == len || len > 40 || (s[0] == '0' && point > 1)
		       ? -1
		       : (int)(len - point);
}

/* Two texts that differ: are they certainly numbers that differ? Which character groups digits or begins the
 * fraction makes no difference then. */
static bool are_other_numbers(const vv_field *fa, const vv_cell *a, const vv_field *fb,
			      const vv_cell *b)
{
	if (fa->type != fb->type || (fa->type != VV_TYPE_INTEGER && fa->type != VV_TYPE_NUMBER) ||
	    a->state != VV_CELL_TEXT || b->state != VV_CELL_TEXT || a->len == 0 || b->len == 0) {
		return false;
	}
	const int fraction = plain_fraction(a->text, a->len);
	return fraction >= 0 && fraction == plain_fraction(b->text, b->len) && !is_missing(fa, a) &&
	       !is_missing(fb, b);
}

vv_same vv_value_compare(vv_buf *scratch, const vv_field *fa, const vv_cell *a, const vv_field *fb,
			 const vv_cell *b)
{
	if (a->state == b->state && a->len == b->len &&
	    (a->len == 0 || memcmp(a->text, b->text, a->len) == 0)) {
		return VV_SAME;
	}
	if (are_other_numbers(fa, a, fb, b)) return VV_OTHER;
	scratch->len = 0;
	vv_value_put_canonical(scratch, vv_value_field(fa, fb), a);
	size_t n = scratch->len;
	vv_value_put_canonical(scratch, fb, b);
	bool same = !scratch->failed && scratch->len == 2 * n &&
		    memcmp(scratch->data, scratch->data + n, n) == 0;
	return same ? VV_SAME_VALUE : VV_OTHER;
}

bool vv_tolerance_check(const char *tolerance)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_decimal d;
	size_t len = strlen(tolerance);
	len -= len > 0 && tolerance[len - 1] == '%';
	return vv_decimal_read(&d, &b, NULL, tolerance, len) && d.kind == VV_DECIMAL_FINITE &&
	       !d.negative;
}

/* |larger| x percent / 100: multiplied digit by digit as a string. */
static bool scale_percent(vv_decimal *out, const vv_decimal *x, const vv_decimal *percent,
			  vv_buf *buf)
{
	size_t n = x->count + percent->count, at = buf->len;
	if (n > 4000) return false;
	if (x->count == 0 || percent->count == 0) {
		memset(out, 0, sizeof(*out));
		return true;
	}
	unsigned *sum = NULL;
	vv_auto(vv_buf) cells = VV_BUF_INIT;
	if (!vv_buf_reserve(&cells, n * sizeof(*sum)) || !vv_buf_reserve(buf, n)) {
		vv_buf_fail(buf);
		return false;
	}
	sum = (unsigned *)(void *)cells.data;
	memset(sum, 0, n * sizeof(*sum));
	for (size_t i = x->count; i-- > 0;) {
		for (size_t k = percent->count; k-- > 0;) {
			sum[i + k + 1] += (unsigned)(buf->data[x->digits_at + i] - '0') *
					  (unsigned)(buf->data[percent->digits_at + k] - '0');
		}
	}
	for (size_t i = n; i-- > 1;) {
		sum[i - 1] += sum[i] / 10;
		sum[i] %= 10;
	}
	const size_t zeros = vv_find_place(i, n, sum[i] != 0);
	for (size_t i = 0; i < n; i++) {
		buf->data[at + i] = (char)('0' + sum[i]);
	}
	buf->len += n;
	*out = (vv_decimal){.kind = VV_DECIMAL_FINITE,
			    .digits_at = at + zeros,
			    .count = n - zeros,
			    .exponent = x->exponent + percent->exponent - 2 - (int64_t)zeros};
	return true;
}

static bool has_text(const vv_cell *c)
{
	return c->len > 0 && (c->state == VV_CELL_TEXT || c->state == VV_CELL_LITERAL);
}

static const vv_field *spelling_of(const vv_field *f, const vv_cell *c)
{
	return c->state == VV_CELL_LITERAL ? NULL : f;
}

bool vv_value_within(vv_buf *scratch, const vv_field *fa, const vv_cell *a, const vv_field *fb,
		     const vv_cell *b, const char *tolerance)
{
	vv_decimal x, y, bound, distance;
	size_t len = strlen(tolerance);
	bool percent = len > 0 && tolerance[len - 1] == '%';
	scratch->len = 0;
	if (!has_text(a) || !has_text(b) ||
	    !vv_decimal_read(&x, scratch, spelling_of(fa, a), a->text, a->len) ||
	    !vv_decimal_read(&y, scratch, spelling_of(fb, b), b->text, b->len) ||
	    !vv_decimal_read(&bound, scratch, NULL, tolerance, len - percent) ||
	    !vv_decimal_distance(&distance, &x, &y, scratch)) {
		return false;
	}
	x.negative = y.negative = false;
	vv_decimal big = vv_decimal_compare(&x, &y, scratch) >= 0 ? x : y, limit = bound;
	return (!percent || scale_percent(&bound, &big, &limit, scratch)) &&
	       vv_decimal_compare(&distance, &bound, scratch) <= 0;
}

int vv_value_order(const vv_field *f, const vv_cell *a, const vv_cell *b)
{
	vv_auto(vv_buf) digits = VV_BUF_INIT;
	vv_decimal x, y;
	int c = 0;
	if (a->state != b->state) return a->state < b->state ? -1 : 1;
	bool numbers = (f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER) && a->len > 0 &&
		       b->len > 0 && vv_decimal_read(&x, &digits, f, a->text, a->len) &&
		       vv_decimal_read(&y, &digits, f, b->text, b->len);
	if (numbers) {
		c = vv_decimal_compare(&x, &y, &digits);
	}
	if (c != 0) return c;
	return vv_fact_text_order(a->text, a->len, b->text, b->len);
}
