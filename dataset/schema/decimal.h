/*
 * decimal: reads numbers from text, and computes with them exactly, without floating point.
 *
 * vv_decimal is the form for reading: a sign and 0.DIGITS x 10^exponent. The digits do not begin or
 * end with 0; zero has no digits. The digits are in a buffer of the caller. A text with an exponent
 * beyond +-10^9 is not a number.
 *
 * Two forms are for computing: vv_small, a 64-bit integer divided by a power of ten, for nearly all
 * numbers; and vv_ratio, a fraction of two long decimals. A function rounds only if its comment
 * says so. A function whose result would have too many digits returns false, and its result must
 * not be used.
 */
#ifndef VV_DATASET_SCHEMA_DECIMAL_H
#define VV_DATASET_SCHEMA_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "dataset/schema/field.h"

/* Whether a number is finite, infinite or not a number. */
typedef enum vv_decimal_kind { VV_DECIMAL_FINITE, VV_DECIMAL_INF, VV_DECIMAL_NAN } vv_decimal_kind;

/* A number that was read, in the form described above. */
typedef struct vv_decimal {
	vv_decimal_kind kind;
	bool negative;
	size_t digits_at, /* offset of the digits in the buffer */
		count;    /* number of digits */
	int64_t exponent; /* the power of ten, as described above */
} vv_decimal;

/* Reads a number as the field spells it (decimalChar, groupChar, bareNumber), and appends its
 * digits to buf. f NULL: the default spelling. Returns false if the text is not a number, or if out
 * of memory (buf->failed is true). */
bool vv_decimal_read(vv_decimal *out, vv_buf *buf, const vv_field *f, const char *s, size_t len);

/* Checks the groups of digits in a number that a user writes for a cell of the field. If "." is the
 * groupChar, for example, 3.5 would be read as 35. The first group must have one to three digits,
 * the last group three, and other groups two or three. VV_EUSAGE: they do not. A text that is not a
 * number, or a field without a groupChar, is accepted. */
vv_status vv_decimal_check_groups(const vv_field *f, const char *s, size_t len, vv_error *err);

/* Compares a with b: returns -1, 0 or 1. NaN equals NaN, and is greater than all other numbers.
 * buf: the buffer with the digits of both numbers. */
int vv_decimal_compare(const vv_decimal *a, const vv_decimal *b, const vv_buf *buf);

/* Sets *out to |a - b|, and appends its digits to buf, which has the digits of a and b. Returns
 * false if a or b is NaN or infinite, or if the result would need more than 4000 digits because
 * their exponents differ too much, or if out of memory (buf->failed is true). out must differ from
 * a and b. */
bool vv_decimal_distance(vv_decimal *out, const vv_decimal *a, const vv_decimal *b, vv_buf *buf);

/* Appends d as a canonical text of sign, digits, 'e' and exponent. Equal numbers have equal texts.
 * digits: the buffer with the digits of d. */
void vv_decimal_put(vv_buf *out, const vv_decimal *d, const vv_buf *digits);

/* Sets *out to the double nearest to d, which is infinite if d is out of the range of doubles. buf:
 * the buffer with the digits of d; its content is the same after the call. Returns false if d is
 * NaN, or if out of memory (buf->failed is true). */
bool vv_decimal_double(double *out, const vv_decimal *d, vv_buf *buf);

/* Sets *out to |d|. Returns false if d has a fraction or does not fit into 64 bits. digits: the
 * buffer with the digits of d. */
bool vv_decimal_u64(uint64_t *out, const vv_decimal *d, const vv_buf *digits);

#define VV_SCALE_MAX 18u /* maximum number of digits after the point of a vv_small */
extern const int64_t vv_power[VV_SCALE_MAX + 1]; /* vv_power[i] is 10^i */
/* The number mantissa / 10^scale. */
typedef struct vv_small {
	int64_t mantissa; /* never INT64_MIN, so that it can be negated */
	unsigned scale;   /* 0 .. VV_SCALE_MAX */
} vv_small;

#define VV_LIMBS 112u /* maximum number of limbs, groups of nine digits, of a vv_exact */
/* A long decimal: (limb[0] + limb[1] x 10^9 + limb[2] x 10^18 + ...) x 10^exponent, with a sign. */
typedef struct vv_exact {
	bool negative;
	/* number of limbs in use, the last of which is not 0; 0: the number is zero */
	unsigned count;
	int64_t exponent;
	uint32_t limb[VV_LIMBS];
} vv_exact;

/* The fraction above / below; below is positive. */
typedef struct vv_ratio {
	vv_exact above, below;
} vv_ratio;

/* Reads a number from s[0 .. len): digits, with an optional sign, and, if `fraction` is true, an
 * optional fraction. Returns false if the text has another form, or more than 18 characters after
 * the sign. */
bool vv_small_read(vv_small *out, const char *s, size_t len, bool fraction);
/* Sets *out to a + b, or to a - b if `subtract` is true. This function and the next two return
 * false if the result, or a or b with the same scale as the other, does not fit into a vv_small;
 * the caller then converts a and b to vv_ratio. */
bool vv_small_add(vv_small *out, const vv_small *a, const vv_small *b, bool subtract);
/* Sets *out to a * b. */
bool vv_small_multiply(vv_small *out, const vv_small *a, const vv_small *b);
/* Sets *out to -1 if a is less than b, to 0 if they are equal, else to 1. */
bool vv_small_compare(int *out, const vv_small *a, const vv_small *b);

/* Sets *out to the number 0.DIGITS x 10^exponent, which is negative if `negative` is true. digits:
 * count characters '0' to '9'. Returns false if there are too many digits. */
bool vv_exact_from_digits(vv_exact *out, bool negative, const char *digits, size_t count,
			  int64_t exponent);
/* Sets *out to a + b. This function and the next three return false if the result would have too
 * many digits. out must differ from a and b. */
bool vv_ratio_add(vv_ratio *out, const vv_ratio *a, const vv_ratio *b);
/* Sets *out to a * b. */
bool vv_ratio_multiply(vv_ratio *out, const vv_ratio *a, const vv_ratio *b);
/* Sets *out to a / b. Also returns false if b is 0. */
bool vv_ratio_divide(vv_ratio *out, const vv_ratio *a, const vv_ratio *b);
/* Sets *out to -1 if a is less than b, to 0 if they are equal, else to 1. */
bool vv_ratio_compare(int *out, const vv_ratio *a, const vv_ratio *b);
void vv_ratio_small(vv_ratio *out, const vv_small *o); /* sets *out to the number o */
void vv_ratio_negate(vv_ratio *r);                     /* changes the sign of r */

/* How vv_ratio_round rounds. */
typedef enum vv_rounding {
	VV_ROUND_DOWN,   /* towards minus infinity */
	VV_ROUND_UP,     /* towards infinity */
	VV_ROUND_ZERO,   /* towards zero */
	VV_ROUND_NEAREST /* to the nearest; halves away from zero */
} vv_rounding;
/* Sets *out to x, rounded to a multiple of 10^-places; places may be negative. out may be x. */
bool vv_ratio_round(vv_ratio *out, const vv_ratio *x, int places, vv_rounding how);
/* Sets *out to the square root of x, rounded down to `places` digits after the point. x must not be
 * negative. */
bool vv_ratio_root(vv_ratio *out, const vv_ratio *x, unsigned places);
/* Converts x to a small number. Returns false if x does not fit, if x->below is not 1, or if
 * x->above.exponent is positive. */
bool vv_ratio_to_small(vv_small *out, const vv_ratio *x);
/* Appends x as a decimal: with all its digits if x->below is 1; else rounded to `places` digits
 * after the point, followed by "..." if the rounded number is not x. A number with more than 60
 * digits before the point, or more than 60 zeros after it, is written with an exponent. If x has
 * too many digits to be rounded, appends "a long fraction". */
void vv_ratio_put(vv_buf *out, const vv_ratio *x, int places);

#endif
