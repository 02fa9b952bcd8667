/*
 * where: makes filters. A filter consists of conditions (docs/use/rules.md), or of tests of
 * columns. A row matches if all of them are true, and if it contains the words to search for, if
 * there are any. Row groups are skipped by their facts (dataset/format/facts.h).
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
#include "dataset/rows/condition.h"
#include "lib/rows/fact_test.h"

typedef struct vv_key_value vv_key_value;
typedef struct vv_table vv_table;

/* One value = one filter. */
typedef struct vv_where vv_where;

/* One value = the options of one call of vv_where_new. */
typedef struct vv_where_how {
	const vv_condition_param *params; /* values of the parameters in the conditions */
	size_t param_count;
	/* returns the index of the schema's field for a column with this name; NULL: columns are
	 * found by the fields' names */
	long (*find)(void *payload, const char *name, size_t len);
	void *payload;
	const char *path; /* path of the table's file, for hints; NULL: not known */
	/* words in lower case, each of which at least one cell of a row must contain, ignoring case.
	 * Words between quotes ("los angeles") are one. Borrowed by the filter; NULL or "": no search */
	const char *search;
} vv_where_how;
/* Compiles `conditions` on rows of t to the filter *out. how may be NULL. The schema of t, the
 * parameters and how->search must outlive *out. VV_EUSAGE: a text is not a condition; VV_ENOTFOUND:
 * a column does not exist. */
vv_status vv_where_new(vv_where **out, const vv_table *t, const vv_strings *conditions,
		       const vv_where_how *how, vv_error *err);

/* Returns VV_OK if the syntax of `conditions` is valid; their columns are not checked. VV_EUSAGE: a
 * text is not a condition. */
vv_status vv_where_check(const vv_strings *conditions, vv_error *err);

/* The operator of a test. */
typedef enum vv_where_op {
	VV_WHERE_IS = VV_FACT_IS,
	VV_WHERE_BEGINS = VV_FACT_BEGINS,
	VV_WHERE_BELOW = VV_FACT_BELOW,
	VV_WHERE_UP_TO = VV_FACT_UP_TO,
	VV_WHERE_ABOVE = VV_FACT_ABOVE,
	VV_WHERE_FROM = VV_FACT_FROM,
	/* the cell is a value of the type, and its value differs from that of the text */
	VV_WHERE_DIFFERS,
	VV_WHERE_NULL,     /* the cell is a missing value */
	VV_WHERE_NOT_NULL, /* the cell is not a missing value */
	/* the cell is a missing value or not a value of the column's type, or may not be
	 * representable as int64, double or UTF-8 */
	VV_WHERE_NO_VALUE
} vv_where_op;

/* One value = one test of a column. */
typedef struct vv_where_test {
	const char *column; /* name of the column; NULL: `place` is used */
	size_t place;       /* index of the column in the table */
	vv_where_op op;
	/* the form of `text`: VV_CELL_TEXT: as cells of the column; VV_CELL_LITERAL: as JSON */
	vv_cell_state state;
	const char *text; /* the text with which cells are compared, of len bytes */
	size_t len;
} vv_where_test;
/* Writes the test *like with the operator `op` to out, which has room for two tests: two tests for
 * the operator "equal", else one. Returns their number. op: a vv_condition_op or a varve_test_op,
 * which have the same numbers. */
size_t vv_where_test_put(vv_where_test *out, unsigned op, const vv_where_test *like);
/* Makes the filter *out from `count` tests. The schema of t and the texts of the tests must outlive
 * *out. VV_ENOTFOUND: a column does not exist. VV_EUSAGE: a text is not a value of the type of its
 * column. */
vv_status vv_where_of(vv_where **out, const vv_table *t, const vv_where_test *tests, size_t count,
		      vv_error *err);
void vv_where_free(vv_where *w); /* accepts NULL */
VV_AUTO_FREE(vv_where, vv_where_free)

/* Returns the indices of the columns that the filter reads, ascending and borrowed, and sets *count
 * to their number. */
const size_t *vv_where_columns(const vv_where *w, size_t *count);
size_t vv_where_count(const vv_where *w); /* returns the number of tests in the filter */

/* Sets *out to the value that the test with the index `test` requires, borrowed. Returns false if
 * the test does not require a single value. A condition with '=' may be compiled to two tests, "at
 * least" and "at most"; the function then returns true for the first. */
bool vv_where_value(const vv_where *w, size_t test, vv_key_value *out);

/* Returns true if the row `cells` matches. cells has one element for each column of the table. If
 * the result cannot be determined, returns false, and vv_where_ok fails from then on. */
bool vv_where_holds(vv_where *w, const vv_cell *cells);
/* Returns VV_OK if every vv_where_holds determined its result. VV_EREFUSED: a pattern takes too
 * many steps. */
vv_status vv_where_ok(const vv_where *w, vv_error *err);

/* Returns true if a row of a group with these facts, of len bytes, can match. Has the type
 * vv_list_may_fn; `where` is a vv_where. */
bool vv_where_may_hold(void *where, const uint8_t *facts, size_t len);

#endif
