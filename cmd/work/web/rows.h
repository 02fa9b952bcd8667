/*
 * rows: rows of a table from any number on, filtered, searched and sorted.
 */
#ifndef VV_CMD_WORK_WEB_ROWS_H
#define VV_CMD_WORK_WEB_ROWS_H

#include "cmd/work/web/table.h"

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
	const char *search; /* stands in any cell, upper and lower case alike; NULL or "" */
	const vv_web_filter *filters; /* all must hold */
	size_t filter_count;
	const char *sort; /* column; NULL: as in the file. Missing cells last */
	bool descending;
	const char *const *show; /* columns to give, by name, in this order; NULL: all */
	size_t show_count;
	const char
		*jump; /* the key, its values parted by commas: begin at that row instead of from */
	uint32_t cell_max; /* 0: VV_WEB_CELL_MAX */
} vv_web_rows_query;

typedef struct vv_web_row {
	uint64_t number;    /* in the table, 0-based */
	vv_web_cell *cells; /* of the columns shown */
	const char *key;    /* "A,B" as vv_web_row_find and jump take it; NULL: no key */
} vv_web_row;

typedef struct vv_web_rows {
	size_t *columns; /* places of those shown */
	size_t column_count;
	vv_web_row *rows;
	size_t count;
	bool filtered; /* not all rows of the table are meant */
	/* Of all rows that match, as far as they were counted: `counted` false, there may be more. */
	uint64_t matched;
	bool counted;
	bool complete;  /* there are no more rows that match */
	uint64_t from;  /* where this page begins (jump) */
	uint64_t next;  /* else `from` of the next page; rows before it were all looked at */
	bool time_over; /* this page is short since its time was over */
	bool has_previous;
	uint64_t previous; /* `from` of the page before: known without filters and with sort */
} vv_web_rows;

/* VV_ENOTFOUND: a column, or no row with that key. VV_EUSAGE: a value that is not of the column's type;
 * sorted rows past the first 100,000. */
vv_status vv_web_rows_read(vv_web_visit *v, vv_web_table *t, const vv_web_rows_query *q,
			   vv_web_rows *out, vv_error *err);

/* One row by its key ("A,B"), or, key NULL, by number, with all columns and whole cells (up to 1 MB).
 * VV_ENOTFOUND. */
vv_status vv_web_row_find(vv_web_visit *v, vv_web_table *t, const char *key, uint64_t number,
			  vv_web_row *out, vv_error *err);

/* All rows that match, to fn as a file, in the query's order (from and limit are not looked at; limited
 * only by the browser's patience). */
typedef enum vv_web_form { VV_WEB_CSV, VV_WEB_JSON, VV_WEB_NDJSON } vv_web_form;
vv_status vv_web_rows_write(vv_web_visit *v, vv_web_table *t, const vv_web_rows_query *q,
			    vv_web_form form,
			    vv_status (*fn)(void *payload, const void *bytes, size_t len,
					    vv_error *err),
			    void *payload, vv_error *err);

#endif
