/*
 * total: when a sum no longer fits into 128 bits, and how it is kept.
 */
#include "dataset/rows/total.h"

#include "base/sys.h"

#define LARGE 255u /* in place of a scale: a fraction follows */

void vv_total_clear(vv_total *t)
{
	vv_free(t->large);
	*t = (vv_total){.mantissa = 0};
}

bool vv_total_whole(vv_ratio *out, vv_long_sum mantissa, unsigned scale)
{
	char digits[48];
	size_t n = sizeof(digits);
	bool negative = mantissa < 0;
	__uint128_t rest = negative ? (__uint128_t)0 - (__uint128_t)mantissa
				    : (__uint128_t)mantissa;

	vv_ratio_small(out, &(vv_small){1, 0});
	for (; rest > 0; rest /= 10) {
		digits[--n] = (char)('0' + (int)(rest % 10));
	}
	size_t count = sizeof(digits) - n;
	return vv_exact_from_digits(&out->above, negative && count > 0, digits + n, count,
				    (int64_t)count - (int64_t)scale);
}

bool vv_total_ratio(vv_ratio *out, const vv_total *t)
{
	if (!t->large) return vv_total_whole(out, t->mantissa, t->scale);
	*out = *t->large;
	return true;
}

/* False: out of memory. */
static bool add_ratio(vv_total *t, const vv_ratio *r)
{
	vv_ratio sum, before;

	if (!vv_total_ratio(&before, t) || !vv_ratio_add(&sum, &before, r)) {
		t->unknown = true;
		return true;
	}
	if (!t->large && !(t->large = vv_malloc(sizeof(*t->large)))) return false;
	*t->large = sum;
	return true;
}

bool vv_total_add_whole(vv_total *t, vv_long_sum mantissa, unsigned scale)
{
	vv_long_sum mine = t->mantissa, other = mantissa;
	unsigned common = t->scale > scale ? t->scale : scale;
	bool fits = !t->large;

	for (unsigned i = t->scale; fits && i < common; i++) {
		fits = !__builtin_mul_overflow(mine, (vv_long_sum)10, &mine);
	}
	for (unsigned i = scale; fits && i < common; i++) {
		fits = !__builtin_mul_overflow(other, (vv_long_sum)10, &other);
	}
	fits = fits && !__builtin_add_overflow(mine, other, &mine);
	if (fits) {
		t->mantissa = mine;
		t->scale = common;
		return true;
	}
	vv_ratio r;
	if (!vv_total_whole(&r, mantissa, scale)) {
		t->unknown = true;
		return true;
	}
	return add_ratio(t, &r);
}

bool vv_total_add(vv_total *t, const vv_operand *v, const vv_ratio *large)
{
	if (v->state == VV_VALUE_SMALL) {
		return vv_total_add_whole(t, v->small.mantissa, v->small.scale);
	}
	if (v->state == VV_VALUE_LARGE) return add_ratio(t, large);
	t->unknown = true;
	return true;
}

bool vv_total_add_square(vv_total *t, const vv_operand *v, const vv_ratio *large)
{
	vv_ratio square;

	if (v->state == VV_VALUE_SMALL) {
		return vv_total_add_whole(t, (vv_long_sum)v->small.mantissa * v->small.mantissa,
					  2 * v->small.scale);
	}
	if (v->state != VV_VALUE_LARGE || !vv_ratio_multiply(&square, large, large)) {
		t->unknown = true;
		return true;
	}
	return add_ratio(t, &square);
}

void vv_exact_put(vv_buf *out, const vv_exact *x)
{
	uint8_t room[8];

	vv_buf_putc(out, x->negative ? 1 : 0);
	vv_put_le64(room, (uint64_t)x->exponent);
	vv_buf_put(out, room, 8);
	vv_buf_put_varint(out, x->count);
	for (unsigned i = 0; i < x->count; i++) {
		vv_put_le32(room, x->limb[i]);
		vv_buf_put(out, room, 4);
	}
}

bool vv_exact_get(vv_exact *out, const uint8_t **p, const uint8_t *end)
{
	uint64_t count;

	if (end - *p < 9) return false;
	out->negative = **p == 1;
	out->exponent = (int64_t)vv_get_le64(*p + 1);
	*p += 9;
	if (!vv_varint_read(p, end, &count) || count > VV_LIMBS ||
	    (uint64_t)(end - *p) < 4 * count || out->exponent > INT64_MAX / 8 ||
	    out->exponent < -(INT64_MAX / 8)) {
		return false;
	}
	out->count = (unsigned)count;
	for (unsigned i = 0; i < count; i++, *p += 4) {
		out->limb[i] = vv_get_le32(*p);
		if (out->limb[i] > 999999999u) return false;
	}
	return count == 0 ? !out->negative : out->limb[count - 1] != 0;
}

void vv_total_put(vv_buf *out, const vv_total *t)
{
	uint8_t room[16];
	__uint128_t bits = (__uint128_t)t->mantissa;

	vv_buf_putc(out, t->unknown ? 1 : 0);
	vv_buf_putc(out, (char)(t->large ? LARGE : t->scale));
	if (t->large) {
		vv_exact_put(out, &t->large->above);
		vv_exact_put(out, &t->large->below);
		return;
	}
	vv_put_le64(room, (uint64_t)bits);
	vv_put_le64(room + 8, (uint64_t)(bits >> 64));
	vv_buf_put(out, room, 16);
}

int vv_total_read(vv_total *t, const uint8_t **p, const uint8_t *end)
{
	vv_ratio r;

	if (end - *p < 2) return 0;
	t->unknown = t->unknown || (*p)[0] == 1;
	unsigned scale = (*p)[1];
	*p += 2;
	if (scale == LARGE) {
		if (!vv_exact_get(&r.above, p, end) || !vv_exact_get(&r.below, p, end) ||
		    r.below.count == 0) {
			return 0;
		}
		return add_ratio(t, &r) ? 1 : VV_ENOMEM;
	}
	if (end - *p < 16 || scale > 2 * VV_SCALE_MAX) return 0;
	__uint128_t bits = vv_get_le64(*p + 8);
	bits = bits << 64 | vv_get_le64(*p);
	*p += 16;
	return vv_total_add_whole(t, (vv_long_sum)bits, scale) ? 1 : VV_ENOMEM;
}
