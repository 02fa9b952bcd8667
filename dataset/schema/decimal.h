/*
 * decimal: exact decimal numbers from text, without floating point.
 *
 * A number is 0.DIGITS x 10^exponent with a sign; digits have no zero at either end; zero
 * has none. Digits are borrowed from a buffer that the caller gives. Written exponents
 * beyond +-10^9 make no number.
 */
#ifndef VV_DATASET_SCHEMA_DECIMAL_H
#define VV_DATASET_SCHEMA_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "dataset/schema/schema.h"

typedef enum vv_decimal_kind { VV_DECIMAL_FINITE, VV_DECIMAL_INF, VV_DECIMAL_NAN } vv_decimal_kind;

typedef struct vv_decimal {
	vv_decimal_kind kind;
	bool negative;
	size_t digits_at, count; /* in the buffer's data */
	int64_t exponent;
} vv_decimal;

/* Reads a number as the field spells it (decimalChar, groupChar, bareNumber). Its digits
 * are appended to buf. False when it is no number (or memory ran out: buf->failed). */
bool vv_decimal_read(vv_decimal *out, vv_buf *buf, const vv_field *f, const char *s, size_t len);

/* -1, 0, 1. NaN equals NaN and comes last; both numbers' digits are in buf. */
int vv_decimal_compare(const vv_decimal *a, const vv_decimal *b, const vv_buf *buf);

/* *out = |a - b|, digits appended to buf. False for NaN, INF, or numbers so far apart in
 * size (more than 4000 digits) that the difference is the larger one. */
bool vv_decimal_distance(vv_decimal *out, const vv_decimal *a, const vv_decimal *b, vv_buf *buf);

/* Appends "-12.5e3"-like canonical text: sign, digits, 'e', exponent; equal for equal
 * numbers. */
void vv_decimal_put(vv_buf *out, const vv_decimal *d, const vv_buf *digits);

#endif
