/*
 * value: the value of a cell under its field's type: to be ordered and compared.
 *
 * For cells that are values of their field (vv_field_accepts); of others only vv_value_put_key
 * means something. Exact: decimals as digits, times as instants (one without a zone counts as UTC),
 * durations as XML Schema orders them, JSON by value.
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

typedef enum vv_value_kind {
	VV_VALUE_TEXT, /* anything without an order: equal when the bytes are */
	VV_VALUE_DECIMAL,
	VV_VALUE_BOOLEAN,
	VV_VALUE_INSTANT,
	VV_VALUE_DURATION
} vv_value_kind;

/* Borrows from the cell and from the buffer that it was read with. */
typedef struct vv_value {
	vv_value_kind kind;
	const char *text; /* TEXT */
	size_t len;
	bool truth;
	vv_decimal decimal;   /* DECIMAL; of a DURATION the seconds with their fraction */
	int64_t seconds;      /* INSTANT: since 1970 */
	int64_t months;       /* DURATION, signed */
	const char *fraction; /* INSTANT: digits of a second's fraction without zeros at the end */
	size_t fraction_len;
} vv_value;

/* Digits (of decimals) and canonical JSON go to buf. False: memory ran out (buf->failed),
 * or the cell is not a value of the field. */
bool vv_value_read(vv_value *out, vv_buf *buf, const vv_field *f, const vv_cell *cell);

/* -1, 0, 1; 2: not ordered (durations such as P1M and P30D). */
int vv_value_rank(const vv_value *a, const vv_value *b, const vv_buf *buf);

/* Reads a number in the usual form quickly: digits, perhaps with a minus sign and, with fraction, a point. *d is the
 * nearest double; without fraction *i is the integer. False for other forms, and for slower cases. */
bool vv_value_quick_number(int64_t *i, double *d, bool fraction, const char *text, size_t len);

/* Appends the value in a form for keys: equal bytes for equal values only, and no value is the
 * beginning of another. A cell that is not a value of its field equals those with the same text,
 * and no value. json: whether the cell comes from NDJSON or JSON. scratch is overwritten. False: no
 * memory. */
bool vv_value_put_key(vv_buf *out, vv_buf *scratch, const vv_field *f, const vv_cell *cell,
		      bool json);

/* Appends a number in the field's own spelling as JSON spells it: with a point, without groupings
 * and the text around it. False: the text is not such a number, or no memory (out->failed). */
bool vv_value_put_number(vv_buf *out, const vv_field *f, const char *s, size_t len);

/* A value of the descriptor (a bound, an element of an enum) as a cell of the field's, or of the
 * type's standard spelling, see *field. text contains the bytes where these are not the node's
 * own. */
bool vv_value_of_node(vv_cell *out, const vv_field **field, vv_field *standard, vv_buf *text,
		      const vv_field *f, const vv_json *node);

/* An instant in units of 1/per_second s, 1 to 10^9. False: it is too far from 1970. */
bool vv_value_units(int64_t *out, const vv_value *v, int64_t per_second);

/* Days from 1970-01-01 to a day of the Gregorian calendar, any year. */
int64_t vv_value_days(int64_t year, unsigned month, unsigned day);
/* And back. */
typedef struct vv_day {
	int64_t year;
	unsigned month, day;
} vv_day;
vv_day vv_value_day(int64_t days);

/* Code points of a text; bytes that are not UTF-8 count one each. */
size_t vv_value_text_length(const char *s, size_t len);

/* Members of an object, elements of an array or list. False: it cannot be decided. */
bool vv_value_count(size_t *out, const vv_field *f, const vv_cell *cell);

#endif
