/*
 * arrow_value: values in the arrays of Arrow, by their types.
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

typedef enum incoming_kind {
	INCOMING_NULL,
	INCOMING_BOOL,
	INCOMING_INT,
	INCOMING_UINT,
	INCOMING_FLOAT,
	INCOMING_DECIMAL,
	INCOMING_TEXT,
	INCOMING_DATE,
	INCOMING_TIME,
	INCOMING_MOMENT,
	INCOMING_DURATION,
	INCOMING_JSON /* struct, list, map */
} incoming_kind;

typedef struct incoming_column {
	const char *name;
	incoming_kind kind;
	uint8_t width;      /* bytes of a value; of TEXT those of an offset, 0: views */
	int64_t per_second; /* units of TIME, MOMENT, DURATION; DATE: 1 in days, 1000 in milliseconds */
	bool zoned;         /* MOMENT: counts from the epoch in UTC */
	bool nan_is_null;                 /* FLOAT of pandas, if it is a missing value, too */
	int scale;                        /* DECIMAL */
	const struct ArrowSchema *type;   /* of the values: a dictionary's, if there is one */
	const struct ArrowSchema *schema; /* of the column */
	const struct ArrowArray *array;   /* of the batch at hand */
	int64_t offset;                   /* of its first row */
	vv_buf text;                      /* of the last DECIMAL or JSON value */
} incoming_column;

typedef struct incoming_value {
	incoming_kind kind; /* of the column; INCOMING_NULL */
	int64_t i;          /* BOOL, INT, DATE in days, TIME, MOMENT and DURATION in units */
	uint64_t u;         /* UINT */
	double d;           /* FLOAT */
	/* TEXT; the digits of a DECIMAL; JSON from incoming_get: borrowed until the column's next value */
	const char *text;
	size_t len;
	const struct ArrowArray *nested; /* JSON: the value is at this place of it */
	int64_t at;
} incoming_value;

/* The type of a schema's values. False: a table cannot have it; the inside of JSON is not examined. */
bool incoming_read_type(incoming_column *c, const struct ArrowSchema *schema);

bool incoming_is_valid(const struct ArrowArray *a, int64_t at);

/* The value at a place of an array of the column's type. Of JSON only if it is. VV_ENOMEM. */
vv_status incoming_read(incoming_value *out, incoming_column *c, const struct ArrowArray *a,
			int64_t at, vv_error *err);

#endif
