/*
 * schema: the columns of a table as a Frictionless Table Schema.
 *
 * Source: datapackage.org, Table Schema v1 and v2; notes in docs/formats/store.md. Kept in
 * the root as compact JSON with the members in the order of its author.
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

/* How a file's columns are laid over the fields. */
typedef enum vv_fields_match {
	VV_MATCH_EXACT,    /* the same fields in the same order */
	VV_MATCH_EQUAL,    /* the same fields, by name */
	VV_MATCH_SUBSET,   /* the file may have more */
	VV_MATCH_SUPERSET, /* the file may have fewer */
	VV_MATCH_PARTIAL   /* at least one in common */
} vv_fields_match;

typedef struct vv_schema {
	vv_arena arena; /* owns everything below */
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
VV_AUTO_CLEAR(vv_schema, vv_schema_clear)

#define VV_SCHEMA_V2 "https://datapackage.org/profiles/2.0/tableschema.json"

/* Is the descriptor at node of version 1: by its own $schema, else by its parent's (resource,
 * package), or without any? */
bool vv_schema_is_v1(const vv_json *node);

/* Reads a Table Schema, v1 or v2. name is for messages. out is initialised by the call; after a
 * failure it is cleared. Members outside of the standard are kept in json. VV_EINPUT names the JSON
 * pointer ("/fields/3/type") of an invalid or unsupported member. */
vv_status vv_schema_read(vv_schema *out, const char *json, size_t len, const char *name,
			 vv_error *err);

/* Reads a schema that is inside of another document; the node must outlive out. */
vv_status vv_schema_read_node(vv_schema *out, const vv_json *node, const char *file, vv_error *err);

/* Place of the (first) column called name; -1 when there is none. */
long vv_schema_find(const vv_schema *s, const char *name, size_t name_len);

/* The name of the column that is spelled most like this one; NULL: none is like it. Borrowed. */
const char *vv_schema_nearest(const vv_schema *s, const char *name, size_t len);

/* For an error about a name that no column has: adds a hint with the nearest name, or else with the names that there are. Returns
 * as vv_hint. */
vv_status vv_schema_hint(const vv_schema *s, const char *name, size_t len, vv_error *err);

/* key: names, NULL-ended, or NULL. VV_ENOTFOUND, with such a hint: one of them is not a column. */
vv_status vv_schema_check_key(const vv_schema *s, const char *const *key, vv_error *err);

/* Appends a compact Table Schema made of names and types. */
typedef struct vv_new_field {
	const char *name;
	size_t name_len;
	vv_type type;
	const char *format;          /* NULL: default */
	const char *decimal, *group; /* decimalChar and groupChar; NULL: default */
	/* bit set of VV_INFER_MISSING (infer.h): missing values of this column, beside the empty text; 0: from the schema */
	uint16_t missing;
	bool u64;   /* an integer from 0 to 2^64 - 1, which becomes its constraints */
	bool again; /* vv_schema_refit: this is the column's field, whatever the old one was */
} vv_new_field;
/* As a field of a schema is; borrows its texts. */
vv_new_field vv_new_field_like(const vv_field *f);
vv_status vv_schema_make(vv_buf *out, const vv_new_field *fields, size_t count, vv_error *err);

/* Fits a schema to the columns a file really has: columns with the same name keep their
 * descriptors, new ones get the types in fields, missing ones are dropped, with every key that
 * names them. The rest is unchanged. Appends. */
vv_status vv_schema_refit(vv_buf *out, const vv_schema *old, const vv_new_field *fields,
			  size_t count, vv_error *err);

/* Unique column names from header cells, as frictionless makes them: a blank one
 * becomes "field<N>", a repeated one gets "2", "3" ... after it; a byte that is not UTF-8, and
 * NUL, become "\xDF", as varve shows bytes everywhere. names_out[i] live in arena. */
vv_status vv_schema_labels(const char **names_out, size_t *lens_out, vv_arena *arena,
			   const char *const *cells, const size_t *lens, size_t count,
			   vv_error *err);

#endif
