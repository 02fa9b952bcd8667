/*
 * row_test: selects rows: filters and a search, prepared for use on every row.
 */
#ifndef VV_CMD_WEB_MODEL_ROW_TEST_H
#define VV_CMD_WEB_MODEL_ROW_TEST_H

#include "base/progress.h"
#include "base/text.h"
#include "cmd/web/model/table.h"
#include "lib/rows/rows.h"
#include "lib/rows/where.h"
#include "lib/view/kept_keys.h"

typedef enum vv_web_op {
	VV_WEB_EQ, /* the value, under the column's type: 1.0 is 1 */
	VV_WEB_NE,
	VV_WEB_LT, /* by the type's order; missing cells never match */
	VV_WEB_LE,
	VV_WEB_GT,
	VV_WEB_GE,
	VV_WEB_HAS,        /* contains the text, ignoring case */
	VV_WEB_STARTS,     /* begins with the text, ignoring case */
	VV_WEB_IS_MISSING, /* missing under the schema: absent, null, "NA", ""; no value */
	VV_WEB_IS_PRESENT,
	VV_WEB_IS_EMPTY, /* present, and "" */
	VV_WEB_OP_COUNT
} vv_web_op;
const char *vv_web_op_name(vv_web_op op); /* "eq", as in addresses */
bool vv_web_op_parse(vv_web_op *out, const char *name);
/* Does the operator make sense for a column of this type? For menus. */
bool vv_web_op_fits(vv_web_op op, vv_type type);

typedef struct vv_web_filter {
	const char *column;
	vv_web_op op;
	const char *value; /* "" for operators without a value */
} vv_web_filter;
#define VV_WEB_FILTERS_MAX 16u

/* The query for a page of rows. All zero: the first rows. */
typedef struct vv_web_rows_query {
	uint64_t from;      /* first row, counted from 0; with sort: place in the sorted order */
	size_t limit;       /* 0: VV_WEB_PAGE_ROWS */
	const char *search; /* text in any cell, ignoring case; NULL or "" */
	const vv_web_filter *filters; /* all must match */
	size_t filter_count;
	const char *where; /* a condition (docs/use/rules.md), which must be true, too; NULL or
			    * "" */
	const char *sort;  /* column; NULL: as in the file. Missing cells last */
	bool descending;
	const char *const *show; /* names of the returned columns, in this order; NULL: all */
	size_t show_count;
	/* the key, its values parted by commas: begin at that row instead of from */
	const char *jump;
	uint32_t cell_max; /* 0: VV_WEB_CELL_MAX */
} vv_web_rows_query;

typedef struct vv_web_test {
	vv_where *where;       /* NULL: every row matches */
	vv_strings conditions; /* filters and `where` as conditions; without the search */
	const char *search;    /* the search text in lower case, or NULL */
} vv_web_test;

/* Prepares the tests of a query; *out lives until the visit ends. VV_ENOTFOUND: no such column;
 * VV_EUSAGE: an invalid value, too many filters, or not a condition. */
vv_status vv_web_test_make(vv_web_visit *v, const vv_web_table *t, const vv_web_rows_query *q,
			   vv_web_test **out, vv_error *err);

/* Appends a cache key for answers: equal for equal tests of one table. */
void vv_web_test_put(vv_buf *out, const vv_web_test *s);

/* The rows that a test leaves, in the table's order, until the visit's time is over.
 *
 *	vv_auto(vv_web_matches) m = {.v = v};
 *	vv_web_matches_open(&m, t, test, columns, count, from, err)
 *	while ((more = vv_web_matches_next(&m, &cells, err)) > 0) { ... m.number ... }
 */
typedef struct vv_web_matches {
	vv_web_visit *v;
	vv_rows *rows;
	vv_kept_keys keys;
	vv_progress progress;
	uint64_t number;  /* number of the row that next returned last, from 0 */
	uint64_t looked;  /* after next returned 0: all rows before this number were tested */
	bool begun, over; /* over: next returned 0 because the time limit was reached */
	vv_status rc;     /* the failure that ended the visit */
	vv_error why;
} vv_web_matches;

/* Opens m. columns: places of the columns that cells get. from: the first row. */
vv_status vv_web_matches_open(vv_web_matches *m, vv_web_table *t, const vv_web_test *test,
			      const size_t *columns, size_t count, uint64_t from, vv_error *err);
/* Finds the next matching row. 1: a row; 0: the end; <0: failure. cells has an entry for each
 * column of the table, valid until the next call. */
int vv_web_matches_next(vv_web_matches *m, const vv_cell **cells, vv_error *err);
void vv_web_matches_close(vv_web_matches *m); /* accepts zeroes */
VV_AUTO_CLEAR(vv_web_matches, vv_web_matches_close)

/* Returns words in lower case, for vv_text_has; lives until the visit ends. */
const char *vv_web_folded(vv_web_visit *v, const char *words);

#endif
