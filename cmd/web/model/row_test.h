/*
 * row_test: selects rows by filters and a search, which are prepared once and then tested on every
 * row.
 */
#ifndef VV_CMD_WEB_MODEL_ROW_TEST_H
#define VV_CMD_WEB_MODEL_ROW_TEST_H

#include "base/progress.h"
#include "base/text.h"
#include "cmd/web/model/table.h"
#include "lib/rows/rows.h"
#include "lib/rows/where.h"
#include "lib/view/kept_keys.h"

/* The operator of a filter. */
typedef enum vv_web_op {
	VV_WEB_EQ, /* equal as values of the column's type (1.0 is 1), or else as texts */
	VV_WEB_NE,
	VV_WEB_LT, /* less in the order of the type; missing cells never match */
	VV_WEB_LE,
	VV_WEB_GT,
	VV_WEB_GE,
	VV_WEB_HAS,        /* contains the text, ignoring case */
	VV_WEB_STARTS,     /* begins with the text, ignoring case */
	VV_WEB_IS_MISSING, /* absent, null, or a text that the schema declares as missing */
	VV_WEB_IS_PRESENT,
	VV_WEB_IS_EMPTY, /* the text is "", also if this means a missing value */
	VV_WEB_OP_COUNT
} vv_web_op;
const char *vv_web_op_name(vv_web_op op); /* returns the name in addresses, such as "eq" */
/* Sets *out to the operator with this name in addresses. Returns false if no operator has the
 * name. */
bool vv_web_op_parse(vv_web_op *out, const char *name);
/* Returns true if menus offer the operator for columns of this type. */
bool vv_web_op_fits(vv_web_op op, vv_type type);

/* A filter: the cell in a column must match a value. */
typedef struct vv_web_filter {
	const char *column;
	vv_web_op op;
	const char *value; /* "" for operators without a value */
} vv_web_filter;
#define VV_WEB_FILTERS_MAX 16u /* maximum number of filters of a query */

/* Selects a page of rows. All members zero: the first rows. */
typedef struct vv_web_rows_query {
	/* number of the first row, from 0; with sort: its position in the sorted order */
	uint64_t from;
	size_t limit; /* maximum number of rows; 0: VV_WEB_PAGE_ROWS */
	const char *
		search; /* words that cells must contain (lib/rows/where.h); NULL or "": all rows */
	const vv_web_filter *filters; /* all filters must match */
	size_t filter_count;
	/* a condition that must also be true (docs/use/rules.md); NULL or "": all rows */
	const char *where;
	/* column by which rows are sorted, with missing cells last; NULL: order of the table */
	const char *sort;
	bool descending;
	const char *const *show; /* names of the returned columns, in this order */
	size_t show_count;       /* 0: all columns */
	/* key values, separated by commas: the page begins at the row with this key instead of at
	 * `from`, and `sort` is ignored; may be NULL */
	const char *jump;
	/* with `jump`, if all rows match: a third of the page is above the row; and a page at the end of
	 * the table is full */
	bool around;
	uint32_t cell_max; /* maximum bytes of a cell; 0: VV_WEB_CELL_MAX */
} vv_web_rows_query;

/* The prepared tests of a query. */
typedef struct vv_web_test {
	vv_where *where;       /* NULL: every row matches */
	vv_strings conditions; /* the filters and `where`, as conditions; without the search */
	const char *search;    /* the words to search for, in lower case; may be NULL */
} vv_web_test;

/* Sets *out to the tests of a query, valid until the visit ends. q NULL: every row matches.
 * VV_ENOTFOUND: the table lacks a column. VV_EUSAGE: an operator of order is used on a type
 * without an order, or with a value that is not of the type; or `where` is not a condition. */
vv_status vv_web_test_make(vv_web_visit *v, const vv_web_table *t, const vv_web_rows_query *q,
			   vv_web_test **out, vv_error *err);

/* Appends bytes that identify the tests, for keys of cached answers. Different tests of a table
 * have different bytes. */
void vv_web_test_put(vv_buf *out, const vv_web_test *s);

/* The rows that match a test, in the order of the table. The rows end when the time limit of the
 * visit is reached, but not before the first row group was read.
 *
 *	vv_auto(vv_web_matches) m = {.v = v};
 *	vv_web_matches_open(&m, t, test, columns, count, from, err)
 *	while ((more = vv_web_matches_next(&m, &cells, err)) > 0) { ... m.number ... }
 */
typedef struct vv_web_matches {
	vv_web_visit *v;
	/* private, except number, looked and over */
	vv_rows *rows;
	vv_kept_keys keys;
	vv_progress progress;
	uint64_t number; /* number of the last returned row, from 0 */
	uint64_t looked; /* after the end: all rows with lower numbers were tested */
	/* begun: a row group was read; over: the rows ended because the time limit was reached */
	bool begun, over;
	vv_status rc; /* the failure of vv_web_over, such as a disconnected browser */
	vv_error why;
} vv_web_matches;

/* Opens m, of which the caller has set v and zeroed the rest. columns: indexes of the count columns
 * whose cells are read; borrowed. from: number of the first row. */
vv_status vv_web_matches_open(vv_web_matches *m, vv_web_table *t, const vv_web_test *test,
			      const size_t *columns, size_t count, uint64_t from, vv_error *err);
/* Finds the next matching row, and sets *cells to an array with one element for each column of the
 * table, valid until the next call. Only the columns passed to vv_web_matches_open are set. Returns
 * 1, 0 at the end or if the time limit was reached (m->over), or a negative vv_status. */
int vv_web_matches_next(vv_web_matches *m, const vv_cell **cells, vv_error *err);
void vv_web_matches_close(vv_web_matches *m); /* m may be zeroed */
VV_AUTO_CLEAR(vv_web_matches, vv_web_matches_close)

/* Returns words in lower case, for vv_text_has. The result is valid until the visit ends. */
const char *vv_web_folded(vv_web_visit *v, const char *words);

#endif
