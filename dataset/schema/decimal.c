/*
 * decimal: exact numbers in three forms. Digits as read are compared directly; numbers that fit
 * into 64 bits with a power of ten below, nearly all, are computed in that form; others with limbs
 * of nine digits. No result is ever rounded; a fraction of more than 1,008 digits is an error.
 */
#include "dataset/schema/decimal.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/text.h"

#define EXPONENT_MAX 1000000000
#define SPREAD_MAX 4000 /* digits from the highest to the lowest place of a distance */
#define LIMB 1000000000u
#define LIMB_DIGITS 9
#define SPREAD_LIMBS (SPREAD_MAX / LIMB_DIGITS + 2)

static bool begins_with(const char *p, const char *end, const char *mark, size_t len)
{
	return len > 0 && (size_t)(end - p) >= len && memcmp(p, mark, len) == 0;
}

/* Strips text around a number: "$12", "12%". */
static void strip_number(const vv_field *f, const char **s, const char **end)
{
	if (f && f->bare_number) return;
	const char *point = f ? f->decimal : ".";
	const char *p = *s, *e = *end;
	while (p < e && !((*p >= '0' && *p <= '9') || *p == '-' || *p == '+' ||
			  begins_with(p, e, point, strlen(point)))) {
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
	if (p == end) return false;
	for (; p < end; p++) {
		if (*p < '0' || *p > '9') return false;
		v = v <= EXPONENT_MAX ? v * 10 + (*p - '0') : v;
	}
	if (v > EXPONENT_MAX) return false;
	*out = negative ? -v : v;
	return true;
}

/* Takes zeros off both ends; the number of digits before the point becomes the exponent. */
static void normalise_digits(vv_decimal *d, vv_buf *buf, int64_t exponent)
{
	const char *p = buf->data ? buf->data + d->digits_at : "";
	while (d->count > 0 && p[d->count - 1] == '0') {
		d->count--;
	}
	const size_t zeros = vv_find_place(i, d->count, p[i] != '0');
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
	const char *point = f ? f->decimal : ".", *group = f ? f->group : "";
	const size_t point_len = strlen(point), group_len = strlen(group);
	int64_t before = 0, exponent = 0;
	bool seen_point = false, any = false;
	memset(out, 0, sizeof(*out));
	strip_number(f, &p, &end);
	if (p < end && (*p == '-' || *p == '+')) {
		out->negative = *p++ == '-';
	}
	size_t left = (size_t)(end - p);
	if (vv_ascii_is(p, left, "nan") || vv_ascii_is(p, left, "inf")) {
		out->kind = vv_ascii_is(p, left, "nan") ? VV_DECIMAL_NAN : VV_DECIMAL_INF;
		return true;
	}
	if (!vv_buf_reserve(buf, left)) return false;
	out->digits_at = buf->len;
	while (p < end && *p != 'e' && *p != 'E') {
		if (*p >= '0' && *p <= '9') {
			buf->data[buf->len++] = *p++;
			any = true;
			before += !seen_point;
		} else if (!seen_point && begins_with(p, end, point, point_len)) {
			seen_point = true;
			p += point_len;
		} else if (!seen_point && any && begins_with(p, end, group, group_len)) {
			p += group_len;
		} else {
			return false;
		}
	}
	if (!any || (p < end && !read_exponent(p + 1, end, &exponent))) return false;
	out->count = buf->len - out->digits_at;
	normalise_digits(out, buf, before + exponent);
	return true;
}

vv_status vv_decimal_check_groups(const vv_field *f, const char *s, size_t len, vv_error *err)
{
	const char *p = s, *end = s + len;
	const bool has_groups = f->type == VV_TYPE_NUMBER || f->type == VV_TYPE_INTEGER;
	const size_t group_len = has_groups ? strlen(f->group) : 0;
	size_t digits = 0; /* since the last groupChar */
	bool grouped = false, fits = true;

	if (group_len == 0) return VV_OK;
	strip_number(f, &p, &end);
	while (p < end && *p != 'e' && *p != 'E' &&
	       !begins_with(p, end, f->decimal, strlen(f->decimal))) {
		if (begins_with(p, end, f->group, group_len)) {
			fits = fits && digits <= 3 && digits >= (grouped ? 2 : 1);
			grouped = true;
			digits = 0;
			p += group_len;
		} else if (vv_is_digit(*p) || *p == '-' || *p == '+') {
			digits += vv_is_digit(*p++);
		} else {
			return VV_OK; /* a text, and no number */
		}
	}
	if (!grouped || (fits && digits == 3)) return VV_OK;
	return vv_fail(err, VV_EUSAGE,
		       "'%s': in the column '%s', '%s' separates groups of digits, and '%s' is the "
		       "decimal mark\nwrite the number in the column's form",
		       vv_text_show(s, len), vv_text_name(f->name, f->name_len),
		       vv_text_shows(f->group), vv_text_shows(f->decimal));
}

static int compare_magnitude(const vv_decimal *a, const vv_decimal *b, const vv_buf *buf)
{
	if (a->count == 0 || b->count == 0) return (a->count > 0) - (b->count > 0);
	if (a->exponent != b->exponent) return a->exponent < b->exponent ? -1 : 1;
	size_t n = a->count < b->count ? a->count : b->count;
	int c = memcmp(buf->data + a->digits_at, buf->data + b->digits_at, n);
	if (c != 0) return c < 0 ? -1 : 1;
	return (a->count > b->count) - (a->count < b->count);
}

int vv_decimal_compare(const vv_decimal *a, const vv_decimal *b, const vv_buf *buf)
{
	if (a->kind == VV_DECIMAL_NAN || b->kind == VV_DECIMAL_NAN) {
		return (a->kind == VV_DECIMAL_NAN) - (b->kind == VV_DECIMAL_NAN);
	}
	int sa = 1;

	if (a->kind == VV_DECIMAL_FINITE && a->count == 0) {
		sa = 0;
	} else if (a->negative) {
		sa = -1;
	}
	int sb = 1;

	if (b->kind == VV_DECIMAL_FINITE && b->count == 0) {
		sb = 0;
	} else if (b->negative) {
		sb = -1;
	}
	if (sa != sb) return sa < sb ? -1 : 1;
	if (a->kind == VV_DECIMAL_INF || b->kind == VV_DECIMAL_INF) {
		return sa * ((a->kind == VV_DECIMAL_INF) - (b->kind == VV_DECIMAL_INF));
	}
	return sa * compare_magnitude(a, b, buf);
}

/* --- limbs: of nine digits each, the lowest first ------------------------------------------- */

static int compare_limbs(const uint32_t *x, unsigned x_count, const uint32_t *y, unsigned y_count)
{
	if (x_count != y_count) return x_count < y_count ? -1 : 1;
	for (unsigned i = x_count; i-- > 0;) {
		if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
	}
	return 0;
}

/* x += y; the new count, at most one more than the larger one. */
static unsigned add_limbs(uint32_t *x, unsigned x_count, const uint32_t *y, unsigned y_count)
{
	uint32_t carry = 0;
	unsigned n = x_count > y_count ? x_count : y_count;

	for (unsigned i = 0; i < n; i++) {
		uint32_t v = carry + (i < x_count ? x[i] : 0) + (i < y_count ? y[i] : 0);

		carry = v >= LIMB;
		x[i] = carry ? v - LIMB : v;
	}
	if (carry) {
		x[n++] = 1;
	}
	return n;
}

/* x -= y, for x >= y. */
static void subtract_limbs(uint32_t *x, unsigned x_count, const uint32_t *y, unsigned y_count)
{
	uint32_t borrow = 0;

	assert(y_count <= x_count);
	for (unsigned i = 0; i < x_count; i++) {
		uint32_t take = borrow + (i < y_count ? y[i] : 0);

		borrow = x[i] < take;
		x[i] = borrow ? x[i] + LIMB - take : x[i] - take;
	}
	assert(borrow == 0);
}

/* The limbs of d in units of 10^low, which is at or below its last digit; how many. */
static unsigned take_limbs(uint32_t *out, const vv_decimal *d, const vv_buf *buf, int64_t low)
{
	/* digits[end - 1] is the digit of 10^low; places after the last digit are 0 */
	const char *digits = buf->data + d->digits_at;
	int64_t end = d->exponent - low;
	unsigned count = 0;

	assert(end >= (int64_t)d->count && end <= SPREAD_MAX);
	for (; end > 0; end -= LIMB_DIGITS) {
		uint32_t v = 0;

		for (int64_t i = end < LIMB_DIGITS ? 0 : end - LIMB_DIGITS; i < end; i++) {
			v = v * 10 + (i < (int64_t)d->count ? (uint32_t)(digits[i] - '0') : 0);
		}
		out[count++] = v;
	}
	return count;
}

bool vv_decimal_distance(vv_decimal *out, const vv_decimal *a, const vv_decimal *b, vv_buf *buf)
{
	uint32_t x[SPREAD_LIMBS], y[SPREAD_LIMBS];
	const vv_decimal *big = a, *small = b;

	memset(out, 0, sizeof(*out));
	if (a->kind != VV_DECIMAL_FINITE || b->kind != VV_DECIMAL_FINITE) return false;
	if (a->count == 0 || b->count == 0) {
		*out = a->count == 0 ? *b : *a;
		out->negative = false;
		return true;
	}
	if (compare_magnitude(a, b, buf) < 0) {
		big = b;
		small = a;
	}
	int64_t low_a = a->exponent - (int64_t)a->count;
	int64_t low_b = b->exponent - (int64_t)b->count;
	int64_t low = low_a < low_b ? low_a : low_b;
	if (big->exponent - low > SPREAD_MAX ||
	    !vv_buf_reserve(buf, SPREAD_LIMBS * (size_t)LIMB_DIGITS)) {
		return false;
	}
	unsigned x_count = take_limbs(x, big, buf, low);
	unsigned y_count = take_limbs(y, small, buf, low);
	if (a->negative != b->negative) {
		x_count = add_limbs(x, x_count, y, y_count);
	} else {
		subtract_limbs(x, x_count, y, y_count);
	}
	out->digits_at = buf->len;
	out->count = x_count * (size_t)LIMB_DIGITS;
	for (unsigned i = x_count; i-- > 0; buf->len += LIMB_DIGITS) {
		for (int k = LIMB_DIGITS - 1; k >= 0; k--, x[i] /= 10) {
			buf->data[buf->len + (size_t)k] = (char)('0' + x[i] % 10);
		}
	}
	normalise_digits(out, buf, low + (int64_t)out->count);
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

/* --- small numbers -------------------------------------------------------------------------- */

const int64_t vv_power[VV_SCALE_MAX + 1] = {1,
					    10,
					    100,
					    1000,
					    10000,
					    100000,
					    1000000,
					    10000000,
					    100000000,
					    1000000000,
					    10000000000,
					    100000000000,
					    1000000000000,
					    10000000000000,
					    100000000000000,
					    1000000000000000,
					    10000000000000000,
					    100000000000000000,
					    1000000000000000000};

bool vv_decimal_double(double *out, const vv_decimal *d, vv_buf *buf)
{
	size_t at = buf->len;

	if (d->kind != VV_DECIMAL_FINITE) {
		*out = d->negative ? -HUGE_VAL : HUGE_VAL;
		return d->kind == VV_DECIMAL_INF;
	}
	if (d->count == 0) {
		*out = 0;
		return true;
	}
	/* digits without a point: no locale has another reading of them */
	vv_buf_puts(buf, d->negative ? "-" : "");
	if (vv_buf_reserve(buf, d->count + 1)) { /* before a pointer into it is taken */
		vv_buf_put(buf, buf->data + d->digits_at, d->count);
	}
	vv_buf_printf(buf, "e%lld", (long long)(d->exponent - (int64_t)d->count));
	if (buf->failed) return false;
	*out = strtod(vv_buf_cstr(buf) + at, NULL);
	buf->len = at;
	return true;
}

bool vv_decimal_u64(uint64_t *out, const vv_decimal *d, const vv_buf *digits)
{
	uint64_t n = 0;

	if (d->kind != VV_DECIMAL_FINITE ||
	    (d->count > 0 && (d->exponent < (int64_t)d->count || d->exponent > 20))) {
		return false;
	}
	for (int64_t i = 0; d->count > 0 && i < d->exponent; i++) {
		unsigned digit = (uint64_t)i < d->count
					 ? (unsigned)(digits->data[d->digits_at + (size_t)i] - '0')
					 : 0;

		if (__builtin_mul_overflow(n, 10u, &n) || __builtin_add_overflow(n, digit, &n)) {
			return false;
		}
	}
	*out = n;
	return true;
}

bool vv_small_read(vv_small *out, const char *s, size_t len, bool fraction)
{
	const char *end = s + len;
	bool negative = false, any = false, point = false;
	int64_t v = 0;
	unsigned scale = 0;

	if (s < end && (*s == '-' || *s == '+')) {
		negative = *s++ == '-';
	}
	if (end - s > (ptrdiff_t)VV_SCALE_MAX) return false;
	for (; s < end; s++) {
		if (*s >= '0' && *s <= '9') {
			v = v * 10 + (*s - '0');
			any = true;
			scale += point;
		} else if (*s == '.' && fraction && !point) {
			point = true;
		} else {
			return false;
		}
	}
	out->mantissa = negative ? -v : v;
	out->scale = scale;
	return any;
}

/* Both at the larger scale. */
static bool align_small(const vv_small *a, const vv_small *b, int64_t *x, int64_t *y,
			unsigned *scale)
{
	*scale = a->scale > b->scale ? a->scale : b->scale;
	return !__builtin_mul_overflow(a->mantissa, vv_power[*scale - a->scale], x) &&
	       !__builtin_mul_overflow(b->mantissa, vv_power[*scale - b->scale], y);
}

bool vv_small_compare(int *out, const vv_small *a, const vv_small *b)
{
	int64_t x, y;
	unsigned scale;

	if (!align_small(a, b, &x, &y, &scale)) return false;
	*out = (x > y) - (x < y);
	return true;
}

bool vv_small_add(vv_small *out, const vv_small *a, const vv_small *b, bool subtract)
{
	int64_t x, y, sum;
	unsigned scale;

	if (!align_small(a, b, &x, &y, &scale) ||
	    (subtract ? __builtin_sub_overflow(x, y, &sum) : __builtin_add_overflow(x, y, &sum)) ||
	    sum == INT64_MIN /* cannot be negated */) {
		return false;
	}
	out->mantissa = sum;
	out->scale = scale;
	return true;
}

bool vv_small_multiply(vv_small *out, const vv_small *a, const vv_small *b)
{
	int64_t product;

	if (a->scale + b->scale > VV_SCALE_MAX ||
	    __builtin_mul_overflow(a->mantissa, b->mantissa, &product) || product == INT64_MIN) {
		return false;
	}
	out->scale = a->scale + b->scale;
	out->mantissa = product;
	return true;
}

/* --- fractions of long numbers -------------------------------------------------------------- */

static void trim_limbs(vv_exact *x)
{
	while (x->count > 0 && x->limb[x->count - 1] == 0) {
		x->count--;
	}
	if (x->count == 0) {
		x->negative = false;
		x->exponent = 0;
	}
}

static void copy_exact(vv_exact *out, const vv_exact *x)
{
	out->negative = x->negative;
	out->count = x->count;
	out->exponent = x->exponent;
	memcpy(out->limb, x->limb, x->count * sizeof(x->limb[0]));
}

static void set_unsigned(vv_exact *out, uint64_t v)
{
	out->negative = false;
	out->exponent = 0;
	for (out->count = 0; v > 0; v /= LIMB) {
		out->limb[out->count++] = (uint32_t)(v % LIMB);
	}
}

static void exact_from_small(vv_exact *out, int64_t mantissa, unsigned scale)
{
	set_unsigned(out, mantissa < 0 ? (uint64_t)0 - (uint64_t)mantissa : (uint64_t)mantissa);
	if (out->count > 0) {
		out->negative = mantissa < 0;
		out->exponent = -(int64_t)scale;
	}
}

bool vv_exact_from_digits(vv_exact *out, bool negative, const char *digits, size_t count,
			  int64_t exponent)
{
	if (count > VV_LIMBS * LIMB_DIGITS) return false;
	out->negative = negative;
	out->exponent = exponent - (int64_t)count;
	out->count = 0;
	while (count > 0) {
		size_t n = count < LIMB_DIGITS ? count : LIMB_DIGITS;
		uint32_t v = 0;

		for (size_t i = count - n; i < count; i++) {
			v = v * 10 + (uint32_t)(digits[i] - '0');
		}
		out->limb[out->count++] = v;
		count -= n;
	}
	trim_limbs(out);
	return true;
}

static unsigned digits_of(const vv_exact *x)
{
	unsigned n = (x->count - 1) * LIMB_DIGITS;

	for (uint32_t top = x->limb[x->count - 1]; top > 0; top /= 10) {
		n++;
	}
	return n;
}

/* x times 10^places, with the exponent that much lower: the same value. */
static bool shift_places(vv_exact *x, uint64_t places)
{
	uint64_t carry = 0;
	size_t limbs = (size_t)(places / LIMB_DIGITS);

	if (x->count == 0) return true;
	if (places > VV_LIMBS * LIMB_DIGITS || digits_of(x) + places > VV_LIMBS * LIMB_DIGITS) {
		return false;
	}
	for (unsigned i = 0; i < x->count; i++) {
		uint64_t v = x->limb[i] * (uint64_t)vv_power[places % LIMB_DIGITS] + carry;

		x->limb[i] = (uint32_t)(v % LIMB);
		carry = v / LIMB;
	}
	if (carry > 0) {
		x->limb[x->count++] = (uint32_t)carry;
	}
	memmove(x->limb + limbs, x->limb, x->count * sizeof(x->limb[0]));
	memset(x->limb, 0, limbs * sizeof(x->limb[0]));
	x->count += (unsigned)limbs;
	x->exponent -= (int64_t)places;
	return true;
}

/* Copies of both with one exponent. */
static bool align_exact(vv_exact *x, vv_exact *y, const vv_exact *a, const vv_exact *b)
{
	copy_exact(x, a);
	copy_exact(y, b);
	if (x->count == 0 || y->count == 0 || x->exponent == y->exponent) return true;
	return x->exponent > y->exponent
		       ? shift_places(x, (uint64_t)x->exponent - (uint64_t)y->exponent)
		       : shift_places(y, (uint64_t)y->exponent - (uint64_t)x->exponent);
}

/* Always possible: if the highest places agree, at most as many digits are appended to one as the
 * other has. */
static int compare_exact(const vv_exact *a, const vv_exact *b)
{
	vv_exact x, y;
	int c;

	if (a->count == 0 || b->count == 0 || a->negative != b->negative) {
		int sign_a = 1;

		if (a->count == 0) {
			sign_a = 0;
		} else if (a->negative) {
			sign_a = -1;
		}
		int sign_b = 1;

		if (b->count == 0) {
			sign_b = 0;
		} else if (b->negative) {
			sign_b = -1;
		}

		return (sign_a > sign_b) - (sign_a < sign_b);
	}
	int64_t top_a = a->exponent + digits_of(a);
	int64_t top_b = b->exponent + digits_of(b);
	if (top_a != top_b) {
		c = top_a < top_b ? -1 : 1;
	} else {
		c = align_exact(&x, &y, a, b) ? compare_limbs(x.limb, x.count, y.limb, y.count) : 0;
	}
	return a->negative ? -c : c;
}

static bool add_exact(vv_exact *out, const vv_exact *a, const vv_exact *b)
{
	vv_exact x, y;

	if (a->count == 0 || b->count == 0) {
		copy_exact(out, a->count == 0 ? b : a);
		return true;
	}
	if (!align_exact(&x, &y, a, b)) return false;
	if (x.negative == y.negative) {
		if (x.count == VV_LIMBS || y.count == VV_LIMBS) {
			return false; /* no room for a carry */
		}
		x.count = add_limbs(x.limb, x.count, y.limb, y.count);
		copy_exact(out, &x);
	} else if (compare_limbs(x.limb, x.count, y.limb, y.count) >= 0) {
		subtract_limbs(x.limb, x.count, y.limb, y.count);
		copy_exact(out, &x);
	} else {
		subtract_limbs(y.limb, y.count, x.limb, x.count);
		copy_exact(out, &y);
	}
	trim_limbs(out);
	return true;
}

static bool is_one(const vv_exact *x)
{
	return x->count == 1 && x->limb[0] == 1 && x->exponent == 0 && !x->negative;
}

static bool multiply_exact(vv_exact *out, const vv_exact *a, const vv_exact *b)
{
	if (is_one(b) || is_one(a)) {
		copy_exact(out, is_one(b) ? a : b);
		return true;
	}
	if (a->count + b->count > VV_LIMBS ||
	    __builtin_add_overflow(a->exponent, b->exponent, &out->exponent)) {
		return false;
	}
	out->count = a->count + b->count;
	out->negative = a->negative != b->negative;
	memset(out->limb, 0, out->count * sizeof(out->limb[0]));
	for (unsigned i = 0; i < a->count; i++) {
		uint64_t carry = 0;

		for (unsigned k = 0; k < b->count || carry > 0; k++) {
			uint64_t v = out->limb[i + k] + carry +
				     (k < b->count ? (uint64_t)a->limb[i] * b->limb[k] : 0);

			out->limb[i + k] = (uint32_t)(v % LIMB);
			carry = v / LIMB;
		}
	}
	trim_limbs(out);
	/* far out exponents would only grow */
	return out->exponent < INT64_MAX / 4 && out->exponent > -(INT64_MAX / 4);
}

void vv_ratio_small(vv_ratio *out, const vv_small *o)
{
	exact_from_small(&out->above, o->mantissa, o->scale);
	set_unsigned(&out->below, 1);
}

bool vv_ratio_add(vv_ratio *out, const vv_ratio *a, const vv_ratio *b)
{
	vv_exact x, y;

	return multiply_exact(&x, &a->above, &b->below) &&
	       multiply_exact(&y, &b->above, &a->below) && add_exact(&out->above, &x, &y) &&
	       multiply_exact(&out->below, &a->below, &b->below);
}

bool vv_ratio_multiply(vv_ratio *out, const vv_ratio *a, const vv_ratio *b)
{
	return multiply_exact(&out->above, &a->above, &b->above) &&
	       multiply_exact(&out->below, &a->below, &b->below);
}

void vv_ratio_negate(vv_ratio *r)
{
	r->above.negative = !r->above.negative && r->above.count > 0;
}

bool vv_ratio_divide(vv_ratio *out, const vv_ratio *a, const vv_ratio *b)
{
	if (b->above.count == 0 || !multiply_exact(&out->above, &a->above, &b->below) ||
	    !multiply_exact(&out->below, &a->below, &b->above)) {
		return false;
	}
	if (out->below.negative) {
		out->below.negative = false;
		vv_ratio_negate(out);
	}
	return true;
}

bool vv_ratio_compare(int *out, const vv_ratio *a, const vv_ratio *b)
{
	vv_exact x, y;

	if (!multiply_exact(&x, &a->above, &b->below) ||
	    !multiply_exact(&y, &b->above, &a->below)) {
		return false;
	}
	*out = compare_exact(&x, &y);
	return true;
}

/* --- rounding ------------------------------------------------------------------------------- */

/* Times a digit of the base. */
static unsigned scale_limbs(uint32_t *out, const uint32_t *x, unsigned count, uint32_t by)
{
	uint64_t carry = 0;

	for (unsigned i = 0; i < count; i++) {
		carry += (uint64_t)x[i] * by;
		out[i] = (uint32_t)(carry % LIMB);
		carry /= LIMB;
	}
	out[count] = (uint32_t)carry;
	return count + (carry > 0);
}

/* Whole numbers: quotient and rest of n / d, by one digit of the base after the other. rest: room for a digit more
 * than d has. */
static void divide_limbs(vv_exact *quotient, uint32_t *rest, unsigned *rest_count,
			 const vv_exact *n, const vv_exact *d)
{
	uint32_t product[VV_LIMBS + 1];

	*rest_count = 0;
	quotient->count = n->count;
	for (unsigned i = n->count; i-- > 0;) {
		memmove(rest + 1, rest, *rest_count * sizeof(*rest));
		rest[0] = n->limb[i];
		*rest_count += *rest_count > 0 || rest[0] > 0;
		const uint32_t times = (uint32_t)vv_first_place(
			m, LIMB - 1,
			compare_limbs(product,
				      scale_limbs(product, d->limb, d->count, (uint32_t)m + 1),
				      rest, *rest_count) <= 0);
		quotient->limb[i] = times;
		if (times > 0) {
			unsigned count = scale_limbs(product, d->limb, d->count, times);

			subtract_limbs(rest, *rest_count, product, count);
			while (*rest_count > 0 && rest[*rest_count - 1] == 0) {
				--*rest_count;
			}
		}
	}
	quotient->negative = false;
	quotient->exponent = 0;
	trim_limbs(quotient);
}

/* above x 10^places and below as whole numbers, signs apart. */
static bool make_whole(vv_exact *n, vv_exact *d, const vv_ratio *x, int places)
{
	copy_exact(n, &x->above);
	copy_exact(d, &x->below);
	n->negative = false;
	if (n->count == 0) return true;
	int64_t by = n->exponent + places - d->exponent;
	bool ok = by >= 0 ? shift_places(n, (uint64_t)by) : shift_places(d, (uint64_t)-by);
	n->exponent = d->exponent = 0;
	return ok;
}

bool vv_ratio_round(vv_ratio *out, const vv_ratio *x, int places, vv_rounding how)
{
	vv_exact n, d, q, one;
	uint32_t rest[VV_LIMBS + 2] = {0}, twice[VV_LIMBS + 3];
	unsigned rest_count = 0;
	bool negative = x->above.negative, up;

	if (!make_whole(&n, &d, x, places) || d.count > VV_LIMBS - 1) return false;
	set_unsigned(&q, 0);
	if (n.count > 0) {
		divide_limbs(&q, rest, &rest_count, &n, &d);
	}
	up = how == VV_ROUND_DOWN || how == VV_ROUND_UP
		     ? negative == (how == VV_ROUND_DOWN) && rest_count > 0
		     : how == VV_ROUND_NEAREST &&
			       compare_limbs(twice, scale_limbs(twice, rest, rest_count, 2), d.limb,
					     d.count) >= 0;
	set_unsigned(&one, 1);
	if (!up) {
		copy_exact(&out->above, &q);
	} else if (!add_exact(&out->above, &q, &one)) {
		return false;
	}
	set_unsigned(&out->below, 1);
	out->above.exponent = out->above.count > 0 ? -(int64_t)places : 0;
	out->above.negative = negative && out->above.count > 0;
	return true;
}

bool vv_ratio_root(vv_ratio *out, const vv_ratio *x, unsigned places)
{
	vv_ratio square, low, step, sum, product;
	vv_exact *digits = &low.above;
	int c;

	/* the whole number below the root of x times 10^(2 places), a decimal digit after the other */
	if (!vv_ratio_round(&square, x, (int)places * 2, VV_ROUND_ZERO)) return false;
	square.above.exponent = 0;
	set_unsigned(digits, 0);
	set_unsigned(&low.below, 1);
	unsigned length = square.above.count > 0 ? (digits_of(&square.above) + 1) / 2 : 0;
	while (length-- > 0) {
		for (uint64_t digit = 9; digit > 0; digit--) {
			vv_ratio_small(&step, &(vv_small){(int64_t)digit, 0});
			if (!shift_places(&step.above, length)) return false;
			step.above.exponent = 0;
			if (!vv_ratio_add(&sum, &low, &step) ||
			    !vv_ratio_multiply(&product, &sum, &sum) ||
			    !vv_ratio_compare(&c, &product, &square)) {
				return false;
			}
			if (c <= 0) {
				low = sum;
				break;
			}
		}
	}
	*out = low;
	out->above.exponent = out->above.count > 0 ? -(int64_t)places : 0;
	return true;
}

bool vv_ratio_to_small(vv_small *out, const vv_ratio *x)
{
	int64_t v = 0;

	if (!is_one(&x->below) || x->above.exponent < -(int64_t)VV_SCALE_MAX ||
	    x->above.exponent > 0) {
		return false;
	}
	for (unsigned i = x->above.count; i-- > 0;) {
		if (__builtin_mul_overflow(v, (int64_t)LIMB, &v) ||
		    __builtin_add_overflow(v, (int64_t)x->above.limb[i], &v)) {
			return false;
		}
	}
	*out = (vv_small){x->above.negative ? -v : v, (unsigned)-x->above.exponent};
	return true;
}

void vv_ratio_put(vv_buf *out, const vv_ratio *x, int places)
{
	vv_ratio r = *x;
	vv_auto(vv_buf) digits = VV_BUF_FOR(out);
	bool whole = is_one(&x->below);

	if (!whole && !vv_ratio_round(&r, x, places, VV_ROUND_NEAREST)) {
		vv_buf_puts(out, "a long fraction");
		return;
	}
	for (unsigned i = r.above.count; i-- > 0;) {
		vv_buf_printf(&digits, i + 1 == r.above.count ? "%u" : "%09u", r.above.limb[i]);
	}
	int64_t point = (int64_t)digits.len + r.above.exponent;
	size_t count = digits.len;
	while (count > 0 && digits.data[count - 1] == '0') {
		count--;
	}
	vv_buf_puts(out, r.above.negative ? "-" : "");
	if (count == 0 || point > 60 || point < -60) {
		vv_buf_put(out, count ? digits.data : "0", count ? count : 1);
		if (count > 0) {
			vv_buf_printf(out, "e%lld", (long long)(point - (int64_t)count));
		}
	} else if (point <= 0) {
		vv_buf_printf(out, "0.%.*s", (int)-point,
			      "000000000000000000000000000000000000000000000000000000000000");
		vv_buf_put(out, digits.data, count);
	} else {
		for (int64_t i = 0; i < point || i < (int64_t)count; i++) {
			vv_buf_puts(out, i == point ? "." : "");
			vv_buf_putc(out, i < (int64_t)count ? digits.data[i] : '0');
		}
	}
	int c = 1;
	if (!whole && (!vv_ratio_compare(&c, &r, x) || c != 0)) {
		vv_buf_puts(out, "...");
	}
}
