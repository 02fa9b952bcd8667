/*
 * plain_text: writes Arrow values as text, in the default formats of Table Schema.
 */
#ifndef VV_LIB_ARROW_IN_PLAIN_TEXT_H
#define VV_LIB_ARROW_IN_PLAIN_TEXT_H

#include "base/buf.h"
#include "dataset/schema/value.h"
#include "lib/arrow/in/arrow_value.h"

/* Appends d with the fewest digits that are read back as the same number. width: bytes of the
 * binary format that d comes from: 8 for double, 4 for float, 2 for half. Writes an exponent only
 * for numbers below 1e-7 and from 1e21 on. Writes NaN, INF and -INF for values that are not
 * finite. */
void plain_put_float(vv_buf *out, double d, uint8_t width);

/* A point in time, or a time of day if days is 0. */
typedef struct plain_moment {
	int64_t days;     /* since 1970-01-01 */
	uint32_t seconds, /* seconds of the day */
		nanos;    /* fraction of the second, in billionths */
} plain_moment;
/* Converts a value of a MOMENT or TIME column. units: the value, in units of the column. */
plain_moment plain_moment_of(const incoming_column *c, int64_t units);
/* Appends a time of day, such as "13:14:15". seconds: seconds since midnight. */
void plain_put_clock(vv_buf *out, uint32_t seconds);
/* Appends the fraction of a second, such as ".25", with at least `least` and at most nine digits.
 * Appends nothing if nanos and least are 0. */
void plain_put_fraction(vv_buf *out, uint32_t nanos, unsigned least);

/* Appends v, a value of the column c that is not null. Points in time are written without a
 * fraction if it is 0, and end in "Z" if the column has a zone. */
void plain_put(vv_buf *out, const incoming_value *v, const incoming_column *c);

#endif
