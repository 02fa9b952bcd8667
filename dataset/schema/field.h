/*
 * field: one column of a schema: its type, and the spelling of its values.
 */
#ifndef VV_DATASET_SCHEMA_FIELD_H
#define VV_DATASET_SCHEMA_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json/json.h"

/* The types of Table Schema. */
typedef enum vv_type {
	VV_TYPE_ANY,
	VV_TYPE_STRING,
	VV_TYPE_NUMBER,
	VV_TYPE_INTEGER,
	VV_TYPE_BOOLEAN,
	VV_TYPE_OBJECT,
	VV_TYPE_ARRAY,
	VV_TYPE_LIST,
	VV_TYPE_DATETIME,
	VV_TYPE_DATE,
	VV_TYPE_TIME,
	VV_TYPE_YEAR,
	VV_TYPE_YEARMONTH,
	VV_TYPE_DURATION,
	VV_TYPE_GEOPOINT,
	VV_TYPE_GEOJSON
} vv_type;

/* A field of a schema, which owns the texts. "X if absent": the value is X if the
 * descriptor does not have the member. */
typedef struct vv_field {
	const char *name;
	size_t name_len;
	vv_type type;
	const char *format;  /* without a "fmt:" prefix; "default" if absent */
	const char *decimal; /* decimalChar; "." if absent */
	/* groupChar; "" if absent; can have several bytes, like a no-break space */
	const char *group;
	bool bare_number; /* bareNumber; true if absent */
	/* missingValues of the field, or else of the schema; NULL-terminated */
	const char **missing;
	/* boolean: trueValues, or the defaults if absent; NULL-terminated */
	const char **true_values;
	/* boolean: falseValues, or the defaults if absent; NULL-terminated */
	const char **false_values;
	const char *delimiter; /* list: delimiter; "," if absent */
	vv_type item_type;     /* list: itemType; string if absent */
	/* date, time, datetime: the compiled format; NULL: the default format */
	const struct vv_time_plan *plan;
	const vv_json *json; /* the field's descriptor */
} vv_field;

/* Returns true if the field is an integer whose constraints have a minimum of at least 0 and a
 * maximum above INT64_MAX. */
bool vv_field_is_u64(const vv_field *f);

/* Returns true if the field's type may have been inferred: its descriptor has only properties that
 * inference sets. A string with a format, also the default one, is declared. */
bool vv_field_is_found(const vv_field *f);
/* Returns true if the text is a code and not a number, because it has a leading zero, and the
 * field's type was inferred (vv_field_is_found) as a number. */
bool vv_field_is_code(const vv_field *f, const char *s, size_t len);

/* Returns true if numbers are written with a point and without groups. */
static inline bool vv_field_plain_marks(const vv_field *f)
{
	return f->decimal[0] == '.' && f->decimal[1] == '\0' && f->group[0] == '\0';
}

#endif
