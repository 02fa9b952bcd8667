/*
 * arrow_value: reads the types and values of Arrow arrays.
 *
 * Formats: Apache Arrow, "The Arrow C data interface".
 */
#ifndef VV_LIB_ARROW_IN_ARROW_VALUE_H
#define VV_LIB_ARROW_IN_ARROW_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "varve/arrow.h"

/* The kind of the values of a column. */
typedef enum incoming_kind {
	INCOMING_NULL, /* all values are null */
	INCOMING_BOOL,
	INCOMING_INT,
	INCOMING_UINT,
	INCOMING_FLOAT,
	INCOMING_DECIMAL,
	INCOMING_TEXT,
	INCOMING_DATE,
	INCOMING_TIME,
	INCOMING_MOMENT, /* a date and time (Arrow's timestamp) */
	INCOMING_DURATION,
	INCOMING_JSON /* a struct, list or map */
} incoming_kind;

/* A column of an Arrow stream. */
typedef struct incoming_column {
	const char *name;
	incoming_kind kind;
	/* size of a value in bytes; TEXT: size of an offset, or 0 for string views */
	uint8_t width;
	/* TIME, MOMENT, DURATION: units per second; DATE: 1 for days, 1000 for milliseconds */
	int64_t per_second;
	/* MOMENT: the schema names a time zone, so values count from 1970 in UTC */
	bool zoned;
	bool nan_is_null; /* FLOAT: NaN means a missing value, as in pandas */
	int scale;        /* DECIMAL: number of digits after the point; may be negative */
	/* type of the values; with a dictionary, the type of its values */
	const struct ArrowSchema *type;
	const struct ArrowSchema *schema; /* schema of the column */
	const struct ArrowArray *array;   /* the column's array in the current batch */
	/* index of the batch's first row in the buffers of array */
	int64_t offset;
	vv_buf text; /* text of the last DECIMAL or JSON value */
} incoming_column;

/* A value of a column. */
typedef struct incoming_value {
	incoming_kind kind; /* kind of the column; INCOMING_NULL: the value is null */
	/* BOOL: 0 or 1; INT; DATE: days since 1970; TIME, MOMENT, DURATION: in units of the
	 * column */
	int64_t i;
	uint64_t u; /* UINT */
	double d;   /* FLOAT */
	/* TEXT: the text; DECIMAL: the number as text; JSON: the JSON text, which only incoming_get
	 * sets. Borrowed until the next value of the column is read, or the batch is released. */
	const char *text;
	size_t len;
	/* JSON: the array that has the value, and the value's index in its buffers */
	const struct ArrowArray *nested;
	int64_t at;
} incoming_value;

/* Sets the members of c that a schema determines: all but nan_is_null, array, offset and text.
 * Borrows the schema. Returns false if a table cannot store the type. The types inside a struct,
 * list or map are not checked. */
bool incoming_read_type(incoming_column *c, const struct ArrowSchema *schema);

/* Returns true if a value of an array is not null. at: the value's index in the array's buffers; it
 * includes a->offset. */
bool incoming_is_valid(const struct ArrowArray *a, int64_t at);

/* Sets *out to a value of a, an array of the column's type. at: as for incoming_is_valid. For JSON,
 * sets only out->kind, out->nested and out->at. VV_ENOMEM is the only error. */
vv_status incoming_read(incoming_value *out, incoming_column *c, const struct ArrowArray *a,
			int64_t at, vv_error *err);

#endif
