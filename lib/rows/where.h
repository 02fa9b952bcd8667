/*
 * where: filters rows for a view by conditions (docs/use/rules.md) and tests of columns, which must
 * all be true, and skips row groups by their facts (dataset/format/facts.h).
 */
#ifndef VV_LIB_ROWS_WHERE_H
#define VV_LIB_ROWS_WHERE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "check/rules/key_groups.h"
#include "dataset/rows/condition.h"
#include "dataset/table/table.h"
#include "lib/rows/fact_test.h"

typedef struct vv_where vv_where;

typedef struct vv_where_how {
	const vv_condition_param *params;
	size_t param_count;
	long (*find)(void *payload, const char *name, size_t len);
	void *payload;
	const char *path; /* path of the table's file, for hints; NULL: not known */
	/* a text in lower case that at least one cell of a row must contain, ignoring case; NULL or
	 * "": no search */
	const char *search;
} vv_where_how;
/* Compiles conditions. The schema and the parameters must outlive *out. find: returns the field of
 * the schema for the name of a column; may be NULL. VV_EUSAGE: a text is not a condition;
 * VV_ENOTFOUND: no such column. */
vv_status vv_where_new(vv_where **out, const vv_table *t, const vv_strings *conditions,
		       const vv_where_how *how, vv_error *err);

/* Checks the syntax of conditions before a table is known. VV_EUSAGE: a text is not a condition. */
vv_status vv_where_check(const vv_strings *conditions, vv_error *err);

/* The operator of a test. */
typedef enum vv_where_op {
	VV_WHERE_IS = VV_FACT_IS,
	VV_WHERE_BEGINS = VV_FACT_BEGINS,
	VV_WHERE_BELOW = VV_FACT_BELOW,
	VV_WHERE_UP_TO = VV_FACT_UP_TO,
	VV_WHERE_ABOVE = VV_FACT_ABOVE,
	VV_WHERE_FROM = VV_FACT_FROM,
	VV_WHERE_DIFFERS, /* a value of the type, which is not equal */
	VV_WHERE_NULL,    /* a missing value */
	VV_WHERE_NOT_NULL,
	/* missing, not a value of the type, or possibly too large for int64, double or UTF-8 */
	VV_WHERE_NO_VALUE
} vv_where_op;

/* A test of a column. */
typedef struct vv_where_test {
	const char *column; /* name of the column; NULL: `place` is used */
	size_t place;       /* place of the column in the table */
	vv_where_op op;
	vv_cell_state state; /* the spelling of text: as in the column, or as in JSON */
	const char *text;
	size_t len;
} vv_where_test;
/* Makes a filter from tests, as vv_where_new does from conditions. */
vv_status vv_where_of(vv_where **out, const vv_table *t, const vv_where_test *tests, size_t count,
		      vv_error *err);
void vv_where_free(vv_where *w); /* accepts NULL */
VV_AUTO_FREE(vv_where, vv_where_free)

/* Returns the places of the columns that the filter reads, borrowed. */
const size_t *vv_where_columns(const vv_where *w, size_t *count);
size_t vv_where_count(const vv_where *w); /* number of tests */

/* Sets *out to the value that a test requires, borrowed. Returns false if the test does not require
 * a single value. '=' may be a pair of tests, "at least" and "at most". */
bool vv_where_value(const vv_where *w, size_t test, vv_key_value *out);

/* Returns true if the row matches. cells has one element for each column of the table. If memory
 * runs out, vv_where_ok fails afterwards. */
bool vv_where_holds(vv_where *w, const vv_cell *cells);
vv_status vv_where_ok(const vv_where *w, vv_error *err);

/* Returns true if a row with these facts can match. A vv_list_may_fn, whose payload is the
 * filter. */
bool vv_where_may_hold(void *where, const uint8_t *facts, size_t len);

#endif
