/*
 * condition: conditions on rows: rules of varve.json, and filters: "price >= 0 and end >= start".
 *
 * The language is in docs/use/rules.md: columns by name, literals, comparison, arithmetic that is exact,
 * and / or / not, in (...), between, like, is null, length(x). A text is compiled once against a schema
 * and evaluated for many rows (condition_run.h). It cannot loop, and cannot fail at run time.
 *
 * As in SQL a result may be unknown (a missing value, a value that is not of its column's type, a
 * division by zero): a check does not report such a row, a filter does not select it.
 */
#ifndef VV_DATASET_ROWS_CONDITION_H
#define VV_DATASET_ROWS_CONDITION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/schema/schema.h"

#define VV_CONDITION_MAX 16384u /* bytes of its text */

typedef struct vv_condition vv_condition;

/* Compiles text. The schema is borrowed: it must outlive the condition. json: the table's cells
 * come from NDJSON or a JSON array (vv_field_accepts_json). VV_EINPUT: err has the fault and its
 * character in text; the hint has the nearest known word. */
vv_status vv_condition_new(vv_condition **out, const char *text, size_t len,
			   const vv_schema *schema, bool json, vv_error *err);

typedef struct vv_condition_param {
	const char *name; /* without ':' */
	const char *text;
	size_t len;
} vv_condition_param;

typedef struct vv_condition_how {
	bool json; /* as above */
	/* For a filter: values may be parameters, words, and texts readable by a column's type. */
	bool filter;
	const vv_condition_param *params; /* :NAME; NULL: there are none */
	size_t param_count;
	/* Finds a column, like vv_schema_find; NULL: in the schema. */
	long (*find)(void *payload, const char *name, size_t len);
	void *payload;
	/* For a line of varve.checks: it may count and sum rows, and ends before a word that is not an operator; the
	 * caller reads the rest (vv_condition_end). */
	bool line;
	bool value;         /* the text is a value of any kind */
	const char *column; /* the meaning of the word 'value'; or NULL */
	/* of the row before: old. and new. may be; NULL: they may where schema is NULL */
	const vv_schema *old;
	bool old_json;
	const char *path; /* for hints: the table's file; or NULL */
	const char *file; /* for messages: FILE:LINE:COLUMN; or NULL */
	size_t file_line, file_column;
} vv_condition_how;

/* The scope of a line. */
typedef enum vv_condition_scope {
	VV_SCOPE_ROW,
	VV_SCOPE_TABLE, /* it has an aggregate */
	VV_SCOPE_CHANGE /* it has old. or new. */
} vv_condition_scope;
vv_condition_scope vv_condition_scope_of(const vv_condition *c);
/* How many bytes of the text were read, and where the operator is that compares last. */
size_t vv_condition_end(const vv_condition *c);
size_t vv_condition_left(const vv_condition *c);
/* As vv_condition_columns, of the row before. */
const size_t *vv_condition_old_columns(const vv_condition *c, size_t *count);

/* The same in another way. schema NULL: is text well-formed, whatever the columns? VV_ENOTFOUND: a filter names no
 * column. */
vv_status vv_condition_compile(vv_condition **out, const char *text, size_t len,
			       const vv_schema *schema, const vv_condition_how *how, vv_error *err);

/* A property of a column's values that a filter's condition implies. */
typedef enum vv_condition_op {
	VV_CONDITION_SAME,   /* this text */
	VV_CONDITION_BEGINS, /* with this text */
	VV_CONDITION_EQUAL,  /* this value; so on */
	VV_CONDITION_NOT_EQUAL,
	VV_CONDITION_BELOW,
	VV_CONDITION_UP_TO,
	VV_CONDITION_ABOVE,
	VV_CONDITION_FROM,
	VV_CONDITION_NULL,
	VV_CONDITION_NOT_NULL
} vv_condition_op;

typedef struct vv_condition_test {
	size_t column;
	vv_condition_op op;
	const char *text; /* as the column spells it; borrowed */
	size_t len;
} vv_condition_test;

/* Appends such tests; *all: together they imply the condition. false: out of memory. */
bool vv_condition_tests(const vv_condition *c, vv_condition_test **tests, size_t *count,
			size_t *cap, bool *all);

/* Is text well-formed, whatever the columns? Else as above. */
vv_status vv_condition_check(const char *text, size_t len, vv_error *err);
void vv_condition_free(vv_condition *c); /* accepts NULL */
VV_AUTO_FREE(vv_condition, vv_condition_free)

/* The places of the columns that it reads, each once, ascending; borrowed. */
const size_t *vv_condition_columns(const vv_condition *c, size_t *count);
const char *vv_condition_text(const vv_condition *c); /* as given; borrowed */

#endif
