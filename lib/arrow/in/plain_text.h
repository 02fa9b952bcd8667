/*
 * plain_text: values of Arrow as text, as Table Schema spells its types by default.
 */
#ifndef VV_LIB_ARROW_IN_PLAIN_TEXT_H
#define VV_LIB_ARROW_IN_PLAIN_TEXT_H

#include "base/buf.h"
#include "dataset/schema/value.h"
#include "lib/arrow/in/arrow_value.h"

/* The fewest digits that read as the same double (width 4: the same float), without an exponent where that is not
 * much longer. */
void plain_put_float(vv_buf *out, double d, uint8_t width);

/* A point in time: days from 1970, seconds of the day, and a fraction in billionths. */
typedef struct plain_moment {
	int64_t days;
	uint32_t seconds, nanos;
} plain_moment;
plain_moment plain_moment_of(const incoming_column *c, int64_t units);
/* A time of day: "13:14:15" */
void plain_put_clock(vv_buf *out, uint32_t seconds);
/* ".25", with at least `least` digits; "" for none. */
void plain_put_fraction(vv_buf *out, uint32_t nanos, unsigned least);

/* Appends a value that is not null. A point in time without fraction has no digits for one; a zoned one ends in Z. */
void plain_put(vv_buf *out, const incoming_value *v, const incoming_column *c);

#endif
