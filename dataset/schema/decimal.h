/*
 * decimal: exact numbers from text, without floating point.
 *
 * Read, a number is 0.DIGITS x 10^exponent with a sign; digits have no zero at either end; zero has
 * no digits. Digits are borrowed from a buffer of the caller. Texts with exponents beyond +-10^9
 * are not numbers.
 *
 * Two forms are for computation: 64 bits divided by a power of ten, for nearly all numbers, and
 * fractions of long decimals. Nothing is rounded: a function returns false if its result would have
 * too many digits; do not use the result then.
 */
#ifndef VV_DATASET_SCHEMA_DECIMAL_H
#define VV_DATASET_SCHEMA_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "dataset/schema/field.h"

typedef enum vv_decimal_kind { VV_DECIMAL_FINITE, VV_DECIMAL_INF, VV_DECIMAL_NAN } vv_decimal_kind;

typedef struct vv_decimal {
	vv_decimal_kind kind;
	bool negative;
	size_t digits_at, count; /* in the buffer's data */
	int64_t exponent;
} vv_decimal;

/* Reads a number as the field spells it (decimalChar, groupChar, bareNumber). Its digits
 * are appended to buf. False when it is not a number (or memory ran out: buf->failed). */
bool vv_decimal_read(vv_decimal *out, vv_buf *buf, const vv_field *f, const char *s, size_t len);

/* -1, 0, 1. NaN equals NaN and comes last; both numbers' digits are in buf. */
int vv_decimal_compare(const vv_decimal *a, const vv_decimal *b, const vv_buf *buf);

/* *out = |a - b|, digits appended to buf. False for NaN, INF, or numbers so far apart in
 * size (more than 4000 digits) that the difference is the larger one. */
bool vv_decimal_distance(vv_decimal *out, const vv_decimal *a, const vv_decimal *b, vv_buf *buf);

/* Appends "-12.5e3"-like canonical text: sign, digits, 'e', exponent; equal for equal numbers. */
void vv_decimal_put(vv_buf *out, const vv_decimal *d, const vv_buf *digits);

/* The nearest double, infinite if it is beyond all doubles. buf has the digits, and is unchanged afterwards. False for NaN
 * (or when memory ran out: buf->failed). */
bool vv_decimal_double(double *out, const vv_decimal *d, vv_buf *buf);

/* Its digits as an integer, without the sign. False: it has a fraction, or is too large. */
bool vv_decimal_u64(uint64_t *out, const vv_decimal *d, const vv_buf *digits);

/* mantissa / 10^scale. */
#define VV_SCALE_MAX 18u
extern const int64_t vv_power[VV_SCALE_MAX + 1]; /* of 10 */
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
/* For two small numbers; false: convert them to large ones. */
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
void vv_ratio_negate(vv_ratio *r);

typedef enum vv_rounding {
	VV_ROUND_DOWN,   /* to the next lower one */
	VV_ROUND_UP,     /* to the next greater one */
	VV_ROUND_ZERO,   /* to the next one towards zero */
	VV_ROUND_NEAREST /* halves away from zero */
} vv_rounding;
/* Rounds to `places` digits after the point (below 0: before it). x may be out. */
bool vv_ratio_round(vv_ratio *out, const vv_ratio *x, int places, vv_rounding how);
/* The root of a number that is not negative, rounded down after `places` digits. */
bool vv_ratio_root(vv_ratio *out, const vv_ratio *x, unsigned places);
/* A fraction whose value is small, as a small number. */
bool vv_ratio_to_small(vv_small *out, const vv_ratio *x);
/* Appends it: as a decimal if exact, else rounded after `places` digits, with "..." after it. */
void vv_ratio_put(vv_buf *out, const vv_ratio *x, int places);

#endif
