/*
 * condition_number: exact arithmetic for conditions. Knows two forms of a number: what fits
 * into 64 bits with a power of ten below it, which is nearly everything, and fractions of
 * long decimals. No result is ever rounded; one of more than 1,008 digits is given up.
 */
#include "dataset/check/condition_number.h"

#include <string.h>

#define LIMB 1000000000u
#define LIMB_DIGITS 9

static const int64_t power[VV_SCALE_MAX + 1] = {1,
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

bool vv_small_read(vv_small *out, const char *s, size_t len, bool fraction)
{
	const char *end = s + len;
	bool negative = false, any = false, point = false;
	int64_t v = 0;
	unsigned scale = 0;

	if (s < end && (*s == '-' || *s == '+')) {
		negative = *s++ == '-';
	}
	if (end - s > (ptrdiff_t)VV_SCALE_MAX) {
		return false;
	}
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
	return !__builtin_mul_overflow(a->mantissa, power[*scale - a->scale], x) &&
	       !__builtin_mul_overflow(b->mantissa, power[*scale - b->scale], y);
}

bool vv_small_compare(int *out, const vv_small *a, const vv_small *b)
{
	int64_t x, y;
	unsigned scale;

	if (!align_small(a, b, &x, &y, &scale)) {
		return false;
	}
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

static void trim(vv_exact *x)
{
	while (x->count > 0 && x->limb[x->count - 1] == 0) {
		x->count--;
	}
	if (x->count == 0) {
		x->negative = false;
		x->exponent = 0;
	}
}

static void copy(vv_exact *out, const vv_exact *x)
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
	if (count > VV_LIMBS * LIMB_DIGITS) {
		return false;
	}
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
	trim(out);
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
static bool shift(vv_exact *x, uint64_t places)
{
	uint64_t carry = 0;
	size_t limbs = (size_t)(places / LIMB_DIGITS);

	if (x->count == 0) {
		return true;
	}
	if (places > VV_LIMBS * LIMB_DIGITS || digits_of(x) + places > VV_LIMBS * LIMB_DIGITS) {
		return false;
	}
	for (unsigned i = 0; i < x->count; i++) {
		uint64_t v = x->limb[i] * (uint64_t)power[places % LIMB_DIGITS] + carry;

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
static bool align(vv_exact *x, vv_exact *y, const vv_exact *a, const vv_exact *b)
{
	copy(x, a);
	copy(y, b);
	if (x->count == 0 || y->count == 0 || x->exponent == y->exponent) {
		return true;
	}
	return x->exponent > y->exponent ? shift(x, (uint64_t)x->exponent - (uint64_t)y->exponent)
					 : shift(y, (uint64_t)y->exponent - (uint64_t)x->exponent);
}

static int compare_limbs(const vv_exact *x, const vv_exact *y)
{
	if (x->count != y->count) {
		return x->count < y->count ? -1 : 1;
	}
	for (unsigned i = x->count; i-- > 0;) {
		if (x->limb[i] != y->limb[i]) {
			return x->limb[i] < y->limb[i] ? -1 : 1;
		}
	}
	return 0;
}

/* Always possible: where the highest places agree, so many digits at most are to be put behind
 * one of them as the other has. */
static int compare(const vv_exact *a, const vv_exact *b)
{
	vv_exact x, y;
	int64_t top_a, top_b;
	int c;

	if (a->count == 0 || b->count == 0 || a->negative != b->negative) {
		int sign_a = a->count == 0 ? 0 : a->negative ? -1 : 1;
		int sign_b = b->count == 0 ? 0 : b->negative ? -1 : 1;

		return (sign_a > sign_b) - (sign_a < sign_b);
	}
	top_a = a->exponent + digits_of(a);
	top_b = b->exponent + digits_of(b);
	if (top_a != top_b) {
		c = top_a < top_b ? -1 : 1;
	} else {
		c = align(&x, &y, a, b) ? compare_limbs(&x, &y) : 0;
	}
	return a->negative ? -c : c;
}

static void add_limbs(vv_exact *x, const vv_exact *y)
{
	uint32_t carry = 0;
	unsigned n = x->count > y->count ? x->count : y->count;

	for (unsigned i = 0; i < n; i++) {
		uint32_t v = carry + (i < x->count ? x->limb[i] : 0) +
			     (i < y->count ? y->limb[i] : 0);

		carry = v >= LIMB;
		x->limb[i] = carry ? v - LIMB : v;
	}
	x->count = n;
	if (carry) {
		x->limb[x->count++] = 1;
	}
}

/* x - y for x >= y. */
static void subtract_limbs(vv_exact *x, const vv_exact *y)
{
	uint32_t borrow = 0;

	for (unsigned i = 0; i < x->count; i++) {
		uint32_t take = borrow + (i < y->count ? y->limb[i] : 0);

		borrow = x->limb[i] < take;
		x->limb[i] = borrow ? x->limb[i] + LIMB - take : x->limb[i] - take;
	}
}

static bool add(vv_exact *out, const vv_exact *a, const vv_exact *b)
{
	vv_exact x, y;

	if (a->count == 0 || b->count == 0) {
		copy(out, a->count == 0 ? b : a);
		return true;
	}
	if (!align(&x, &y, a, b)) {
		return false;
	}
	if (x.negative == y.negative) {
		if (x.count == VV_LIMBS || y.count == VV_LIMBS) {
			return false; /* no room for a carry */
		}
		add_limbs(&x, &y);
		copy(out, &x);
	} else if (compare_limbs(&x, &y) >= 0) {
		subtract_limbs(&x, &y);
		copy(out, &x);
	} else {
		subtract_limbs(&y, &x);
		copy(out, &y);
	}
	trim(out);
	return true;
}

static bool is_one(const vv_exact *x)
{
	return x->count == 1 && x->limb[0] == 1 && x->exponent == 0 && !x->negative;
}

static bool multiply(vv_exact *out, const vv_exact *a, const vv_exact *b)
{
	if (is_one(b) || is_one(a)) {
		copy(out, is_one(b) ? a : b);
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
	trim(out);
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

	return multiply(&x, &a->above, &b->below) && multiply(&y, &b->above, &a->below) &&
	       add(&out->above, &x, &y) && multiply(&out->below, &a->below, &b->below);
}

bool vv_ratio_multiply(vv_ratio *out, const vv_ratio *a, const vv_ratio *b)
{
	return multiply(&out->above, &a->above, &b->above) &&
	       multiply(&out->below, &a->below, &b->below);
}

bool vv_ratio_divide(vv_ratio *out, const vv_ratio *a, const vv_ratio *b)
{
	if (b->above.count == 0 || !multiply(&out->above, &a->above, &b->below) ||
	    !multiply(&out->below, &a->below, &b->above)) {
		return false;
	}
	if (out->below.negative) {
		out->below.negative = false;
		out->above.negative = !out->above.negative && out->above.count > 0;
	}
	return true;
}

bool vv_ratio_compare(int *out, const vv_ratio *a, const vv_ratio *b)
{
	vv_exact x, y;

	if (!multiply(&x, &a->above, &b->below) || !multiply(&y, &b->above, &a->below)) {
		return false;
	}
	*out = compare(&x, &y);
	return true;
}
