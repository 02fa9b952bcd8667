/*
 * schema: the columns of a table as a Frictionless Table Schema.
 *
 * Source: datapackage.org, Table Schema v1 and v2; notes in docs/formats/store.md. The root of a
 * version contains the schema as compact JSON, with the members in the order in which its author
 * wrote them.
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

/* fieldsMatch: which columns a file must have, compared with the fields of its schema. */
typedef enum vv_fields_match {
	VV_MATCH_EXACT,    /* the same fields in the same order */
	VV_MATCH_EQUAL,    /* the same fields, by name */
	VV_MATCH_SUBSET,   /* the file may have more columns than fields */
	VV_MATCH_SUPERSET, /* the file may have fewer columns than fields */
	VV_MATCH_PARTIAL   /* at least one column is a field */
} vv_fields_match;

/* A parsed schema. */
typedef struct vv_schema {
	vv_arena arena;           /* memory of all other members */
	vv_field *fields;         /* in the order of the columns */
	size_t count;             /* number of fields */
	const char **missing;     /* missingValues, default {""}, ended by NULL */
	const char **primary_key; /* names of columns, ended by NULL; may be empty */
	size_t primary_key_count;
	vv_fields_match match;  /* fieldsMatch, default exact */
	const vv_json *json;    /* the complete descriptor */
	struct vv_names *names; /* index of the names, for vv_schema_find */
} vv_schema;

void vv_schema_clear(vv_schema *s);
VV_AUTO_CLEAR(vv_schema, vv_schema_clear)

/* The $schema of a Table Schema of version 2. */
#define VV_SCHEMA_V2 "https://datapackage.org/profiles/2.0/tableschema.json"

/* Returns true if the descriptor at node has version 1 of the standard: if the $schema of the
 * descriptor, or else that of its nearest parent (resource, package) with a $schema, is of version
 * 1, or if neither has a $schema. */
bool vv_schema_is_v1(const vv_json *node);

/* Reads a Table Schema, v1 or v2, from the text json[0 .. len). name: the file's name, for
 * messages. Initialises *out, and clears it on failure. out->json also has members that are not in
 * the standard. VV_EINPUT: a member is invalid or not supported; the message has its JSON pointer,
 * such as "/fields/3/type". */
vv_status vv_schema_read(vv_schema *out, const char *json, size_t len, const char *name,
			 vv_error *err);

/* Like vv_schema_read, for a schema that is part of a parsed document. node must outlive *out.
 * file: the document's path, for messages. */
vv_status vv_schema_read_node(vv_schema *out, const vv_json *node, const char *file, vv_error *err);

/* Returns the index of the first field with this name, or -1 if no field has the name. */
long vv_schema_find(const vv_schema *s, const char *name, size_t name_len);
/* Sets out[0 .. count) to the indexes of the fields with these names. Returns false if a name is
 * missing. out may be NULL. */
bool vv_schema_places(size_t *out, const vv_schema *s, const char *const *names, size_t count);

/* Returns the field name that is most similar to name, borrowed from s, or NULL if no name is
 * similar. */
const char *vv_schema_nearest(const vv_schema *s, const char *name, size_t len);

/* Adds a hint to err, an error about a name that no column has: the most similar name, or else the
 * names of the first columns. Returns the status of err. */
vv_status vv_schema_hint(const vv_schema *s, const char *name, size_t len, vv_error *err);

/* Checks that all names in key, an array that ends with NULL, are names of columns. key may be
 * NULL. VV_ENOTFOUND: a name is not a column; err has the hint of vv_schema_hint. VV_EUSAGE: a name
 * occurs twice. */
vv_status vv_schema_check_key(const vv_schema *s, const char *const *key, vv_error *err);

/* A field for vv_schema_make and vv_schema_refit. */
typedef struct vv_new_field {
	const char *name;
	size_t name_len;
	vv_type type;
	const char *format;  /* NULL: the default format */
	const char *decimal, /* decimalChar; NULL: the default */
		*group;      /* groupChar; NULL: the default */
	/* missing values of this column besides the empty text, as a bit set of VV_INFER_MISSING
	 * (infer.h); 0: those of the schema */
	uint16_t missing;
	bool u64; /* add constraints for an integer from 0 to 2^64 - 1 */
	/* a string is declared, not inferred: add the default format (vv_field_is_found) */
	bool declared;
	bool again; /* vv_schema_refit: replace the old field with the same name */
} vv_new_field;
/* Returns a vv_new_field with the name, type, format and marks of f, and those of its own
 * missingValues that are in VV_INFER_MISSING. It borrows the texts of f. */
vv_new_field vv_new_field_like(const vv_field *f);
/* Appends a Table Schema with count fields to out, as compact JSON. */
vv_status vv_schema_make(vv_buf *out, const vv_new_field *fields, size_t count, vv_error *err);

/* Appends the schema `old`, changed so that it has exactly the count columns in `fields`, to out,
 * as compact JSON. Columns that `old` has keep their descriptors, unless vv_new_field.again is set;
 * new columns get the descriptors of `fields`. Columns that are not in `fields` are removed,
 * together with every key that names them. Other members are unchanged. */
vv_status vv_schema_refit(vv_buf *out, const vv_schema *old, const vv_new_field *fields,
			  size_t count, vv_error *err);

/* Sets names_out and lens_out to unique column names, made from count header cells as frictionless
 * does: a blank name becomes "field<N>", and "2", "3" ... is appended to a repeated name. Each NUL,
 * and each byte that is not UTF-8, is replaced by an escape like "\xDF", as in all output of varve.
 * The names are allocated in arena. */
vv_status vv_schema_labels(const char **names_out, size_t *lens_out, vv_arena *arena,
			   const char *const *cells, const size_t *lens, size_t count,
			   vv_error *err);
/* Is it the name that vv_schema_labels makes of a blank cell at a place, from 0? */
bool vv_schema_is_blank_label(const char *name, size_t len, size_t place);

#endif
