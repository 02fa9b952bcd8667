/*
 * schema: the columns of a table as a Frictionless Table Schema.
 *
 * Source: datapackage.org, Table Schema v1 and v2; notes in docs/formats/store.md. The root
 * contains the schema as compact JSON, with the members in the order of its author.
 */
#ifndef VV_DATASET_SCHEMA_SCHEMA_H
#define VV_DATASET_SCHEMA_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json/json.h"
#include "dataset/schema/type.h"

/* fieldsMatch: which columns a file must have. */
typedef enum vv_fields_match {
	VV_MATCH_EXACT,    /* the same fields in the same order */
	VV_MATCH_EQUAL,    /* the same fields, by name */
	VV_MATCH_SUBSET,   /* the file may have more columns than fields */
	VV_MATCH_SUPERSET, /* the file may have fewer columns than fields */
	VV_MATCH_PARTIAL   /* at least one column is a field */
} vv_fields_match;

typedef struct vv_schema {
	vv_arena arena; /* owns everything below */
	vv_field *fields;
	size_t count;
	const char **missing;     /* missingValues, default {""}, ended by NULL */
	const char **primary_key; /* names of columns, ended by NULL; may be empty */
	size_t primary_key_count;
	vv_fields_match match;  /* fieldsMatch, default exact */
	const vv_json *json;    /* the complete descriptor */
	struct vv_names *names; /* index of the names, for vv_schema_find */
} vv_schema;

void vv_schema_init(vv_schema *s);
void vv_schema_clear(vv_schema *s);
VV_AUTO_CLEAR(vv_schema, vv_schema_clear)

#define VV_SCHEMA_V2 "https://datapackage.org/profiles/2.0/tableschema.json"

/* Returns true if the descriptor at node has version 1: according to its own $schema, or else to
 * the $schema of a parent (resource, package), or because neither it nor a parent has a $schema. */
bool vv_schema_is_v1(const vv_json *node);

/* Reads a Table Schema, v1 or v2. name: for messages. Initialises *out, and clears it on failure.
 * out->json also has members that are not in the standard. VV_EINPUT: a member is invalid or not
 * supported; the message has its JSON pointer, such as "/fields/3/type". */
vv_status vv_schema_read(vv_schema *out, const char *json, size_t len, const char *name,
			 vv_error *err);

/* Reads a schema that is part of another document. node must outlive *out. */
vv_status vv_schema_read_node(vv_schema *out, const vv_json *node, const char *file, vv_error *err);

/* Returns the number of the first column with this name. -1: no column has the name. */
long vv_schema_find(const vv_schema *s, const char *name, size_t name_len);
/* Sets out to the numbers of the columns with these names. Returns false if one is missing. out may
 * be NULL. */
bool vv_schema_places(size_t *out, const vv_schema *s, const char *const *names, size_t count);

/* Returns the column name with the most similar spelling, borrowed from s. NULL: no name is
 * similar. */
const char *vv_schema_nearest(const vv_schema *s, const char *name, size_t len);

/* Adds a hint to an error about a name that no column has: the most similar name, or else the names
 * of all columns. Returns the same as vv_hint. */
vv_status vv_schema_hint(const vv_schema *s, const char *name, size_t len, vv_error *err);

/* Checks that all names in key are columns. key: the last element is NULL; key may be NULL.
 * VV_ENOTFOUND: a name is not a column; err has the hint of vv_schema_hint. */
vv_status vv_schema_check_key(const vv_schema *s, const char *const *key, vv_error *err);

/* A field for vv_schema_make and vv_schema_refit. */
typedef struct vv_new_field {
	const char *name;
	size_t name_len;
	vv_type type;
	const char *format;          /* NULL: the default format */
	const char *decimal, *group; /* decimalChar and groupChar; NULL: the default */
	/* bit set of VV_INFER_MISSING (infer.h): missing values of this column besides the empty
	 * text; 0: those of the schema */
	uint16_t missing;
	bool u64;   /* add constraints for an integer from 0 to 2^64 - 1 */
	bool again; /* vv_schema_refit: replace the old field with the same name */
} vv_new_field;
/* Returns a new field like f. Borrows the texts of f. */
vv_new_field vv_new_field_like(const vv_field *f);
/* Appends a Table Schema with these fields as compact JSON. */
vv_status vv_schema_make(vv_buf *out, const vv_new_field *fields, size_t count, vv_error *err);

/* Appends a schema that fits the columns of a file. Columns of `old` keep their descriptors, new
 * columns get the types in `fields`, and missing columns are removed together with every key that
 * names them. Other members are unchanged. */
vv_status vv_schema_refit(vv_buf *out, const vv_schema *old, const vv_new_field *fields,
			  size_t count, vv_error *err);

/* Makes unique column names from header cells, as frictionless does: a blank name becomes
 * "field<N>", and "2", "3" ... is appended to a repeated name. NUL, and bytes that are not UTF-8,
 * become "\xDF", as in all output of varve. The names are allocated in arena. */
vv_status vv_schema_labels(const char **names_out, size_t *lens_out, vv_arena *arena,
			   const char *const *cells, const size_t *lens, size_t count,
			   vv_error *err);

#endif
