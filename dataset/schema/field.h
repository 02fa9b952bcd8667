/*
 * field: one column of a schema: its type, and how values of it are spelled.
 */
#ifndef VV_DATASET_SCHEMA_FIELD_H
#define VV_DATASET_SCHEMA_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json/json.h"

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

typedef struct vv_field {
	const char *name;
	size_t name_len;
	vv_type type;
	const char *format;  /* "default" when absent; a "fmt:" before it is taken off */
	const char *decimal; /* decimalChar; "." when absent */
	/* groupChar; "" when absent; often of several bytes, as a no-break space */
	const char *group;
	bool bare_number;         /* true when absent */
	const char **missing;     /* the field's own, or the schema's; NULL-ended */
	const char **true_values; /* of a boolean: its own, or the standard's; NULL-ended */
	const char **false_values;
	const char *delimiter;           /* of a list: "," when absent */
	vv_type item_type;               /* of a list: string when absent */
	const struct vv_time_plan *plan; /* date, time, datetime: format compiled; NULL: default */
	const vv_json *json;             /* the field's descriptor */
} vv_field;

/* Do the column's constraints allow integers from 0 on, and beyond int64? */
bool vv_field_is_u64(const vv_field *f);

/* Has the field's descriptor only properties inferred from values, none written by a user? */
bool vv_field_is_found(const vv_field *f);
/* Such a number: is the text one with a zero in front, and by that a code, not a number? */
bool vv_field_is_code(const vv_field *f, const char *s, size_t len);

/* Are numbers written with a point and without groups? */
static inline bool vv_field_plain_marks(const vv_field *f)
{
	return f->decimal[0] == '.' && f->decimal[1] == '\0' && f->group[0] == '\0';
}

#endif
