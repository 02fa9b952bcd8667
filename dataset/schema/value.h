/*
 * value: reads cells as values of their field's type, to order and compare them.
 *
 * The cells must be values of their field (vv_field_accepts), except for vv_value_put_key, which
 * accepts any cell. Comparisons are exact: decimals are compared by their digits, times as instants
 * (in UTC if the time has no zone), and durations in the order of XML Schema. JSON is compared by
 * value in keys (vv_value_put_key), and else as text.
 */
#ifndef VV_DATASET_SCHEMA_VALUE_H
#define VV_DATASET_SCHEMA_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "dataset/format/cell.h"
#include "dataset/schema/decimal.h"
#include "dataset/schema/schema.h"

/* The kind of a value. */
typedef enum vv_value_kind {
	VV_VALUE_TEXT, /* of types other than those below; compared bytewise */
	VV_VALUE_DECIMAL,
	VV_VALUE_BOOLEAN,
	VV_VALUE_INSTANT,
	VV_VALUE_DURATION
} vv_value_kind;

/* A value. Texts are borrowed from the cell and from the buffer passed to vv_value_read. */
typedef struct vv_value {
	vv_value_kind kind;
	const char *text;     /* TEXT */
	size_t len;           /* TEXT: bytes of text */
	bool truth;           /* BOOLEAN */
	vv_decimal decimal;   /* DECIMAL; DURATION: the seconds with their fraction */
	int64_t seconds;      /* INSTANT: seconds since 1970 */
	int64_t months;       /* DURATION: months, including the years; may be negative */
	const char *fraction; /* INSTANT: digits of the second's fraction, without trailing zeros */
	size_t fraction_len;
} vv_value;

/* Sets *out to the value of a cell of the field f. Appends the digits of decimals to buf; their
 * offsets in buf are in *out. Returns false if memory runs out (buf->failed is true), or for some
 * cells that are not values of the field; does not check the cell. */
bool vv_value_read(vv_value *out, vv_buf *buf, const vv_field *f, const vv_cell *cell);

/* Compares two values: -1 if a is less, 0 if they are equal, 1 if a is greater, 2 if they have no
 * order (values of different kinds, and durations such as P1M and P30D) or, for durations, if
 * memory runs out. buf: the buffer of vv_value_read. */
int vv_value_rank(const vv_value *a, const vv_value *b, const vv_buf *buf);

/* Compares two texts, which must be values of the field f: below 0, 0 or above 0. Values without an
 * order are compared bytewise. Overwrites scratch; out of memory if scratch->failed is true. */
int vv_value_text_rank(vv_buf *scratch, const vv_field *f, const vv_cell *a, const vv_cell *b);

/* All integers from -VV_VALUE_EXACT to VV_VALUE_EXACT are doubles. */
#define VV_VALUE_EXACT (INT64_C(1) << 53)
/* Returns the double that is nearest to units / 10^scale; of two, the one with an even mantissa.
 * scale: at most 18. */
double vv_value_nearest(int64_t units, unsigned scale);

/* Reads a number in the most frequent form quickly: an optional minus sign, digits, and, if
 * fraction is true, optionally a point and more digits. Sets *d to the nearest double, and, if
 * fraction is false, *i to the integer. Returns false for other forms, and for numbers that need a
 * slower method. */
bool vv_value_quick_number(int64_t *i, double *d, bool fraction, const char *text, size_t len);

/* Appends the value of a cell of the field f to out, in a form for keys: two forms are equal if and
 * only if the values are equal, and no form is a prefix of another. A cell that is not a value of
 * its field is equal only to other such cells with the same text. json: the cell is from NDJSON or
 * JSON. scratch is overwritten. Returns false if memory runs out. */
bool vv_value_put_key(vv_buf *out, vv_buf *scratch, const vv_field *f, const vv_cell *cell,
		      bool json);

/* Converts the number s[0 .. len) from the field's spelling to JSON's (a decimal point, no group
 * characters, no text around the number), and appends it to out. Returns false if s is not a number
 * in the field's spelling, or if memory runs out (out->failed is true). */
bool vv_value_put_number(vv_buf *out, const vv_field *f, const char *s, size_t len);

/* Sets *out to a cell with the value of node, a value in the descriptor of the field f (such as a
 * bound, or an element of an enum). Sets *field to the field with which the cell must be read: f,
 * or standard, which the function fills, if the value is in the type's standard spelling. *out
 * borrows from node or from text. Returns false if the value does not have the field's type. */
bool vv_value_of_node(vv_cell *out, const vv_field **field, vv_field *standard, vv_buf *text,
		      const vv_field *f, const vv_json *node);

/* Sets *out to the instant v in units of 1/per_second seconds since 1970; per_second is a power of
 * ten up to 10^9. Further digits of the fraction are cut off. Returns false if the result does not
 * fit into *out. */
bool vv_value_units(int64_t *out, const vv_value *v, int64_t per_second);

/* Returns the number of days from 1970-01-01 to a day of the Gregorian calendar, in any year. */
int64_t vv_value_days(int64_t year, unsigned month, unsigned day);
/* A day of the Gregorian calendar. */
typedef struct vv_day {
	int64_t year;
	unsigned month, day;
} vv_day;
/* Converts a number of days since 1970-01-01 to a day of the Gregorian calendar. */
vv_day vv_value_day(int64_t days);

/* Returns the number of code points in a text that is valid UTF-8. In other texts, counts the bytes
 * that are not continuation bytes (80 to BF). */
size_t vv_value_text_length(const char *s, size_t len);

/* Sets *out to the number of members of an object, or of elements of an array or list. Returns
 * false if the cell is not JSON, or if memory runs out. */
bool vv_value_count(size_t *out, const vv_field *f, const vv_cell *cell);

#endif
