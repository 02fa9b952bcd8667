/*
 * schema: what a table's columns mean, as a Frictionless Table Schema.
 *
 * Source: datapackage.org, Table Schema v1 and v2; notes in docs/format.md. Kept in
 * the root as compact JSON with the members in the order of its author.
 */
#ifndef VV_DATASET_SCHEMA_SCHEMA_H
#define VV_DATASET_SCHEMA_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "dataset/format/cell.h"

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
const char *vv_type_name(vv_type t);
bool vv_type_parse(vv_type *out, const char *name);

typedef struct vv_field {
	const char *name;
	size_t name_len;
	vv_type type;
	const char *format;       /* "default" when absent; a "fmt:" before it is taken off */
	char decimal_char;        /* '.' when absent; 0 when it is longer than a byte */
	char group_char;          /* 0 when absent, or longer than a byte */
	const char *decimal;      /* the whole decimalChar; "." when absent */
	const char *group;        /* the whole groupChar; "" when absent */
	bool bare_number;         /* true when absent */
	const char **missing;     /* the field's own, or the schema's; NULL-ended */
	const char **true_values; /* of a boolean: its own, or the standard's; NULL-ended */
	const char **false_values;
	const char *delimiter;           /* of a list: "," when absent */
	vv_type item_type;               /* of a list: string when absent */
	const struct vv_time_plan *plan; /* date, time, datetime: format compiled; NULL: default */
	const vv_json *json;             /* the field's descriptor */
} vv_field;

/* How a file's columns are laid over the fields. */
typedef enum vv_fields_match {
	VV_MATCH_EXACT,    /* the same fields in the same order */
	VV_MATCH_EQUAL,    /* the same fields, by name */
	VV_MATCH_SUBSET,   /* the file may have more */
	VV_MATCH_SUPERSET, /* the file may have fewer */
	VV_MATCH_PARTIAL   /* at least one in common */
} vv_fields_match;

typedef struct vv_schema {
	vv_arena arena; /* holds everything below */
	vv_field *fields;
	size_t count;
	const char **missing;     /* missingValues, default {""}; NULL-ended */
	const char **primary_key; /* names; NULL-ended; possibly empty */
	size_t primary_key_count;
	vv_fields_match match;  /* fieldsMatch, default exact */
	const vv_json *json;    /* the whole descriptor */
	struct vv_names *names; /* for vv_schema_find */
} vv_schema;

void vv_schema_init(vv_schema *s);
void vv_schema_clear(vv_schema *s);

#define VV_SCHEMA_V2 "https://datapackage.org/profiles/2.0/tableschema.json"

/* Is what stands at node of version 1: says its own $schema so, else that of what it lies in
 * (resource, package), or none at all? */
bool vv_schema_is_v1(const vv_json *node);

/* Reads a Table Schema, v1 or v2. name is for messages. out is initialised by the
 * call; after a failure it is cleared. Members that the standard does not know are
 * kept in json. VV_EINPUT names the JSON pointer ("/fields/3/type") of what is wrong
 * or cannot be honoured. */
vv_status vv_schema_read(vv_schema *out, const char *json, size_t len, const char *name,
			 vv_error *err);

/* Place of the (first) column called name; -1 when there is none. */
long vv_schema_find(const vv_schema *s, const char *name, size_t name_len);

/* Column names as people list them, "A,B": how many bytes of text the first one takes. It is
 * the longest run of its parts, commas included, that a column is called (has says); else
 * the part up to the first comma. */
typedef bool (*vv_has_column_fn)(const void *payload, const char *name, size_t len);
size_t vv_names_first(const char *text, vv_has_column_fn has, const void *payload);

/* Appends a compact Table Schema made of names and types. */
typedef struct vv_new_field {
	const char *name;
	size_t name_len;
	vv_type type;
	const char *format; /* NULL: default */
} vv_new_field;
vv_status vv_schema_make(vv_buf *out, const vv_new_field *fields, size_t count, vv_error *err);

/* Fits a schema to the columns a file really has: columns that it knows by name keep
 * their descriptors, new ones get the types given, gone ones are dropped, and with
 * them every key that names them. All else stays. Appends. */
vv_status vv_schema_refit(vv_buf *out, const vv_schema *old, const vv_new_field *fields,
			  size_t count, vv_error *err);

/* Does the cell count as missing for the field? Absent and null cells do, and texts
 * that missingValues names; JSON literals never. */
bool vv_field_missing(const vv_field *f, const vv_cell *cell);

/* Is the cell's value of the field's type (missing values are)? Formats and number
 * properties respected; constraints are not looked at. A JSON literal must be of
 * the fitting JSON type. What there is too little memory to parse (JSON inside a
 * cell) counts as accepted: no finding is made up. */
bool vv_field_accepts(const vv_field *f, const vv_cell *cell);

/* The same for a table in JSON, where a text is a JSON string: "5" is not an integer,
 * "true" no boolean, "[]" no array. A string is read by its spelling only where JSON
 * has no type of its own (dates, NaN) or the descriptor spells values its own way
 * (decimalChar, groupChar, bareNumber, trueValues, falseValues). */
bool vv_field_accepts_json(const vv_field *f, const vv_cell *cell);

/* Unique column names from header cells, as frictionless makes them: a blank one
 * becomes "field<N>", a repeated one gets "2", "3" ... after it; invalid UTF-8 and
 * NUL become U+FFFD. names_out[i] live in arena. */
vv_status vv_schema_labels(const char **names_out, size_t *lens_out, vv_arena *arena,
			   const char *const *cells, const size_t *lens, size_t count,
			   vv_error *err);

#endif
