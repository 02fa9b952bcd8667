/*
 * condition: compiles conditions on rows, such as "price >= 0 and end >= start". Rules of varve.json and filters are
 * conditions.
 *
 * docs/use/rules.md describes the language: names of columns, literals, comparisons, exact arithmetic, and / or /
 * not, in (...), between, like, is null, functions. A text is compiled once against a schema, and evaluated for many
 * rows (condition_run.h). Evaluation cannot loop, and fails only if out of memory.
 *
 * As in SQL, a result may be unknown (a missing value, a value that is not of its column's type, a division by
 * zero). If the result is unknown, a check does not report the row, and a filter does not select it.
 */
#ifndef VV_DATASET_ROWS_CONDITION_H
#define VV_DATASET_ROWS_CONDITION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/schema/schema.h"

#define VV_CONDITION_MAX 16384u /* most bytes of a condition's text */

typedef struct vv_condition vv_condition;

/* Compiles text. The schema is borrowed, and must outlive the condition. json: the table is NDJSON or a JSON array
 * (see vv_field_accepts_json). VV_EINPUT: the text is invalid; err names the fault and its position, in characters,
 * and may have a hint with the most similar known word. */
vv_status vv_condition_new(vv_condition **out, const char *text, size_t len,
			   const vv_schema *schema, bool json, vv_error *err);

typedef struct vv_condition_param {
	const char *name; /* without ':' */
	const char *text;
	size_t len;
} vv_condition_param;

/* How vv_condition_compile reads a text. */
typedef struct vv_condition_how {
	bool json; /* the table is NDJSON or a JSON array */
	/* The text is a filter: a value may also be a parameter, a word without quotes, or a text that the column's
	 * type can read. */
	bool filter;
	/* the values of parameters (:NAME); NULL: parameters are not allowed */
	const vv_condition_param *params;
	size_t param_count;
	/* Finds a column, with the same result as vv_schema_find; NULL: vv_schema_find is used. */
	long (*find)(void *payload, const char *name, size_t len);
	void *payload; /* for find */
	/* The text is a line of varve.checks: the condition may have aggregates, and ends before the first word that
	 * is not part of it; the caller reads the rest from vv_condition_end on. */
	bool line;
	bool value; /* the text is a value of any kind, not a condition */
	/* name of the column that the word 'value' means; NULL: 'value' has no special meaning */
	const char *column;
	/* the schema of the rows before a change, for old.NAME; with NULL, a line may use old. and new. only if it
	 * is compiled without a schema */
	const vv_schema *old;
	bool old_json;    /* json for the rows before a change */
	const char *path; /* for hints: the table's file; may be NULL */
	/* for messages (FILE:LINE:COLUMN): the file that contains the text; may be NULL */
	const char *file;
	size_t file_line, file_column;
} vv_condition_how;

/* What a condition is evaluated for. */
typedef enum vv_condition_scope {
	VV_SCOPE_ROW,   /* each row */
	VV_SCOPE_TABLE, /* the whole table: the condition has an aggregate */
	VV_SCOPE_CHANGE /* each changed row: the condition has old. or new. */
} vv_condition_scope;
vv_condition_scope vv_condition_scope_of(const vv_condition *c);
/* Returns the number of bytes of the text that belong to the condition. */
size_t vv_condition_end(const vv_condition *c);
/* Returns the offset in the text of the comparison operator that is evaluated last; 0: there is no comparison. */
size_t vv_condition_left(const vv_condition *c);
/* Returns the columns that the condition reads with old., as indexes in how.old, ascending; borrowed. */
const size_t *vv_condition_old_columns(const vv_condition *c, size_t *count);

/* Compiles `text` as `how` describes. schema may be NULL: only the syntax is checked. Errors are those of
 * vv_condition_new, and VV_ENOTFOUND: a filter names an unknown column. */
vv_status vv_condition_compile(vv_condition **out, const char *text, size_t len,
			       const vv_schema *schema, const vv_condition_how *how, vv_error *err);

/* How a test compares a cell with the test's text. */
typedef enum vv_condition_op {
	VV_CONDITION_SAME,   /* the cell's text is the test's text */
	VV_CONDITION_BEGINS, /* the cell's text begins with the test's text */
	VV_CONDITION_EQUAL,  /* the cell's value equals the value of the test's text */
	VV_CONDITION_NOT_EQUAL,
	VV_CONDITION_BELOW, /* the cell's value is less than the value of the test's text */
	VV_CONDITION_UP_TO, /* less or equal */
	VV_CONDITION_ABOVE, /* greater */
	VV_CONDITION_FROM,  /* greater or equal */
	VV_CONDITION_NULL,  /* the cell is missing */
	VV_CONDITION_NOT_NULL
} vv_condition_op;

/* A test of one column. Every row that meets the condition meets the test. */
typedef struct vv_condition_test {
	size_t column;
	vv_condition_op op;
	const char *text; /* in the column's spelling; borrowed */
	size_t len;
} vv_condition_test;

/* Appends the tests that the condition implies. *all: a row that meets all tests meets the condition. Returns false
 * if out of memory. */
bool vv_condition_tests(const vv_condition *c, vv_condition_test **tests, size_t *count,
			size_t *cap, bool *all);

/* Checks only the syntax of text. VV_EINPUT: as for vv_condition_new. */
vv_status vv_condition_check(const char *text, size_t len, vv_error *err);
void vv_condition_free(vv_condition *c); /* accepts NULL */
VV_AUTO_FREE(vv_condition, vv_condition_free)

/* Returns the columns that the condition reads, as indexes in the schema, each once, ascending; borrowed. */
const size_t *vv_condition_columns(const vv_condition *c, size_t *count);
const char *vv_condition_text(const vv_condition *c); /* the compiled text, unchanged; borrowed */

#endif
