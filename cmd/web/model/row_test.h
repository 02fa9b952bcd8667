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
	VV_WEB_HAS,        /* contains, upper and lower case alike */
	VV_WEB_STARTS,     /* the same at the beginning */
	VV_WEB_IS_MISSING, /* missing under the schema: absent, null, "NA", ""; no value */
	VV_WEB_IS_PRESENT,
	VV_WEB_IS_EMPTY, /* there, and "" */
	VV_WEB_OP_COUNT
} vv_web_op;
const char *vv_web_op_name(vv_web_op op); /* "eq", as in addresses */
bool vv_web_op_parse(vv_web_op *out, const char *name);
/* Which of them make sense for a column of the type: for menus. */
bool vv_web_op_fits(vv_web_op op, vv_type type);

typedef struct vv_web_filter {
	const char *column;
	vv_web_op op;
	const char *value; /* "" for those that take none */
} vv_web_filter;
#define VV_WEB_FILTERS_MAX 16u

/* Zeroed: the first rows. */
typedef struct vv_web_rows_query {
	uint64_t from;      /* row number, 0-based, to begin at; with sort: place in that order */
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
	vv_where *where;       /* NULL: all rows are meant */
	vv_strings conditions; /* all but the search, in the language */
	const char *search;    /* in small letters, or NULL */
} vv_web_test;

/* Lives with the visit. VV_ENOTFOUND: a column; VV_EUSAGE: a value, too many filters, not a condition. */
vv_status vv_web_test_make(vv_web_visit *v, const vv_web_table *t, const vv_web_rows_query *q,
			   vv_web_test **out, vv_error *err);

/* Appends what names it, for remembering answers: equal for equal queries of one table. */
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
	uint64_t number;  /* of the last row of next, 0-based */
	uint64_t looked;  /* rows before it were tested, after next returned 0 */
	bool begun, over; /* over: it returned 0 since the time limit was reached */
	vv_status rc;     /* of a visit that ended */
	vv_error why;
} vv_web_matches;

/* columns: places of those that cells have. from: the first row. */
vv_status vv_web_matches_open(vv_web_matches *m, vv_web_table *t, const vv_web_test *test,
			      const size_t *columns, size_t count, uint64_t from, vv_error *err);
/* 1, 0, <0. cells: at their places in the table, until the next call. */
int vv_web_matches_next(vv_web_matches *m, const vv_cell **cells, vv_error *err);
void vv_web_matches_close(vv_web_matches *m); /* accepts zeroes */
VV_AUTO_CLEAR(vv_web_matches, vv_web_matches_close)

/* Words for vv_text_has. */
const char *vv_web_folded(vv_web_visit *v, const char *words);

#endif
