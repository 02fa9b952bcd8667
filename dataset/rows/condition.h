/*
 * condition: compiles conditions on rows, such as "price >= 0 and end >= start". The rules of
 * varve.json and the filters of commands are conditions.
 *
 * docs/use/rules.md describes the language: names of columns, literals, comparisons, exact
 * arithmetic, and / or / not, in (...), between, like, is null, functions. A condition is compiled
 * once for a schema, and evaluated for many rows (condition_run.h). Evaluation always ends, and
 * fails only if memory runs out.
 *
 * As in SQL, a result may be unknown (a missing value, a value that is not of its column's type, a
 * division by zero). If the result is unknown, a check does not report the row, and a filter does
 * not select it.
 */
#ifndef VV_DATASET_ROWS_CONDITION_H
#define VV_DATASET_ROWS_CONDITION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/schema/schema.h"

#define VV_CONDITION_MAX 16384u /* maximum number of bytes of a condition's text */

/* A compiled condition. */
typedef struct vv_condition vv_condition;

/* Compiles a condition for tables with this schema, which must outlive the condition. json: the
 * table is NDJSON or a JSON array (see vv_field_accepts_json). VV_EINPUT: the text is invalid, is
 * not UTF-8, or has more than VV_CONDITION_MAX bytes. err names the fault and its position, in
 * characters, and may have a hint with the most similar known word. */
vv_status vv_condition_new(vv_condition **out, const char *text, size_t len,
			   const vv_schema *schema, bool json, vv_error *err);

/* A parameter of a filter and its value; borrowed. */
typedef struct vv_condition_param {
	const char *name; /* without ':' */
	const char *text; /* the value, of len bytes */
	size_t len;
} vv_condition_param;

/* Options of vv_condition_compile. All zero: a condition of a CSV table. */
typedef struct vv_condition_how {
	bool json; /* the table is NDJSON or a JSON array */
	/* The text is a filter: a literal may also be a parameter, a word without quotes, or a
	 * string with a value of the column's type. */
	bool filter;
	/* the values of parameters (:NAME); NULL: parameters are not allowed */
	const vv_condition_param *params;
	size_t param_count;
	/* Finds a column, with the same result as vv_schema_find; NULL: vv_schema_find is used. */
	long (*find)(void *payload, const char *name, size_t len);
	void *payload; /* for find */
	/* The text is a line of varve.checks: the condition may have aggregates, and ends before
	 * the first word that is not part of it; the caller reads the rest from vv_condition_end
	 * on. */
	bool line;
	bool value; /* the text is an expression of any kind, not only a condition */
	/* name of the column that the word 'value' means; NULL: 'value' has no special meaning */
	const char *column;
	/* the schema of the rows before a change, for old.NAME; NULL: a line may use old. and new.
	 * only if it is compiled without a schema */
	const vv_schema *old;
	bool old_json;    /* the table before the change is NDJSON or a JSON array */
	const char *path; /* for hints: the table's file; may be NULL */
	/* for messages (FILE:LINE:COLUMN): the file that contains the text; may be NULL */
	const char *file;
	size_t file_line,    /* the line at which the text begins in the file, from 1 */
		file_column; /* the column in this line, from 1 */
} vv_condition_how;

/* How often a condition is evaluated. */
typedef enum vv_condition_scope {
	VV_SCOPE_ROW,   /* for each row */
	VV_SCOPE_TABLE, /* once for the table: the condition has an aggregate */
	VV_SCOPE_CHANGE /* for each changed row: the condition has old. or new. */
} vv_condition_scope;
/* Returns the scope of a compiled condition. */
vv_condition_scope vv_condition_scope_of(const vv_condition *c);
/* Returns the number of bytes at the beginning of the compiled text that belong to the
 * condition. */
size_t vv_condition_end(const vv_condition *c);
/* Returns the offset in the text of the comparison operator that is evaluated last; 0: the
 * condition has no comparison. */
size_t vv_condition_left(const vv_condition *c);
/* Returns the columns that the condition reads with old., as indexes in the schema how.old,
 * ascending; borrowed. Sets *count to their number. */
const size_t *vv_condition_old_columns(const vv_condition *c, size_t *count);

/* Compiles `text` with the options `how`, whose strings must outlive the condition. schema may be
 * NULL: only the syntax is checked. Errors: those of vv_condition_new, and VV_ENOTFOUND: a filter
 * names an unknown column. */
vv_status vv_condition_compile(vv_condition **out, const char *text, size_t len,
			       const vv_schema *schema, const vv_condition_how *how, vv_error *err);

/* When a cell meets a test. */
typedef enum vv_condition_op {
	VV_CONDITION_SAME,      /* the cell's text is equal to the test's text, byte for byte */
	VV_CONDITION_BEGINS,    /* the cell's text begins with the test's text */
	VV_CONDITION_EQUAL,     /* the cell's value equals the value of the test's text */
	VV_CONDITION_NOT_EQUAL, /* the cell's value does not equal it */
	VV_CONDITION_BELOW,     /* the cell's value is less than the value of the test's text */
	VV_CONDITION_UP_TO,     /* the cell's value is less than it, or equal */
	VV_CONDITION_ABOVE,     /* the cell's value is greater than it */
	VV_CONDITION_FROM,      /* the cell's value is greater than it, or equal */
	VV_CONDITION_NULL,      /* the cell is missing */
	VV_CONDITION_NOT_NULL   /* the cell is not missing */
} vv_condition_op;

/* A simple test of one column that a condition implies: every row that meets the condition meets
 * the test. */
typedef struct vv_condition_test {
	size_t column; /* index in the schema */
	vv_condition_op op;
	const char *text; /* the test's text, in the column's spelling; borrowed */
	size_t len;
} vv_condition_test;

/* Appends the tests that the condition implies to the array *tests with *count items and room for
 * *cap. Sets *all to true if every row that meets all tests meets the condition. Returns false if
 * out of memory. */
bool vv_condition_tests(const vv_condition *c, vv_condition_test **tests, size_t *count,
			size_t *cap, bool *all);

/* Checks only the syntax of a condition. VV_EINPUT: as for vv_condition_new. */
vv_status vv_condition_check(const char *text, size_t len, vv_error *err);
void vv_condition_free(vv_condition *c); /* accepts NULL */
VV_AUTO_FREE(vv_condition, vv_condition_free)

/* Returns the columns that the condition reads, as indexes in the schema, each once, ascending;
 * borrowed. Sets *count to their number. */
const size_t *vv_condition_columns(const vv_condition *c, size_t *count);
/* Returns the text that was compiled, unchanged; borrowed. */
const char *vv_condition_text(const vv_condition *c);

#endif
