/*
 * condition_number: exact numbers, for conditions. For this room alone.
 *
 * Two forms: what fits into 64 bits with a power of ten below it, which is nearly
 * everything, and fractions of long decimals. Nothing is rounded: a function answers false
 * when its result would have too many digits, and the result is then not to be used.
 */
#ifndef VV_DATASET_CHECK_CONDITION_NUMBER_H
#define VV_DATASET_CHECK_CONDITION_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* mantissa / 10^scale. */
#define VV_SCALE_MAX 18u
typedef struct vv_small {
	int64_t mantissa; /* never INT64_MIN, so that it can be negated */
	unsigned scale;   /* 0 .. VV_SCALE_MAX */
} vv_small;

/* A whole number of decimal digits: limb[0] + limb[1] x 10^9 + ..., times 10^exponent. */
#define VV_LIMBS 112u
typedef struct vv_exact {
	bool negative;
	unsigned count; /* limbs in use, the last not 0; 0: zero */
	int64_t exponent;
	uint32_t limb[VV_LIMBS];
} vv_exact;

/* A fraction: below is positive. */
typedef struct vv_ratio {
	vv_exact above, below;
} vv_ratio;

/* Digits with perhaps a sign and a point. */
bool vv_small_read(vv_small *out, const char *s, size_t len, bool fraction);
/* Of two small numbers; false: they are to be made large. */
bool vv_small_add(vv_small *out, const vv_small *a, const vv_small *b, bool subtract);
bool vv_small_multiply(vv_small *out, const vv_small *a, const vv_small *b);
bool vv_small_compare(int *out, const vv_small *a, const vv_small *b);

/* digits: count of '0' to '9'; value: 0.DIGITS x 10^exponent. */
bool vv_exact_from_digits(vv_exact *out, bool negative, const char *digits, size_t count,
			  int64_t exponent);
/* out: neither a nor b, here and below. */
bool vv_ratio_add(vv_ratio *out, const vv_ratio *a, const vv_ratio *b);
bool vv_ratio_multiply(vv_ratio *out, const vv_ratio *a, const vv_ratio *b);
bool vv_ratio_divide(vv_ratio *out, const vv_ratio *a, const vv_ratio *b); /* false for b = 0 */
bool vv_ratio_compare(int *out, const vv_ratio *a, const vv_ratio *b);
void vv_ratio_small(vv_ratio *out, const vv_small *o);

#endif
