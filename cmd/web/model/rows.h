/*
 * rows: reads a page of a table's rows, filtered, searched and sorted.
 */
#ifndef VV_CMD_WEB_MODEL_ROWS_H
#define VV_CMD_WEB_MODEL_ROWS_H

#include "cmd/web/model/row_test.h"
#include "lib/view/view.h"

typedef struct vv_web_row {
	uint64_t number;    /* row number in the table, from 0 */
	vv_web_cell *cells; /* one for each shown column */
	/* the key "A,B", in the form for vv_web_row_find and for `jump`; NULL: the table has no
	 * key */
	const char *key;
} vv_web_row;

typedef struct vv_web_rows {
	size_t *columns; /* places of the shown columns in the table */
	size_t column_count;
	vv_web_row *rows;
	size_t count;
	bool filtered; /* a filter or a search selects rows */
	/* number of matching rows found so far; if `counted` is true, there are no others */
	uint64_t matched;
	bool counted;
	bool complete; /* no further rows match */
	/* number of the first row of this page; differs from the query's `from` after a jump */
	uint64_t from;
	uint64_t next;  /* if not complete: `from` of the next page; all earlier rows were tested */
	bool time_over; /* the page is short because the time limit was reached */
	bool has_previous;
	/* if has_previous: `from` of the previous page */
	uint64_t previous;
} vv_web_rows;

/* Reads a page of rows. VV_ENOTFOUND: no such column, or no row with that key; VV_EUSAGE: a value
 * does not match the type of its column, or the page is beyond the first 100,000 sorted rows. */
vv_status vv_web_rows_read(vv_web_visit *v, vv_web_table *t, const vv_web_rows_query *q,
			   vv_web_rows *out, vv_error *err);

/* Reads one row with all columns and complete cells (up to 1 MB). The row is found by its key
 * ("A,B"), or by its number if key is NULL. VV_ENOTFOUND: no such row. */
vv_status vv_web_row_find(vv_web_visit *v, vv_web_table *t, const char *key, uint64_t number,
			  vv_web_row *out, vv_error *err);

/* Formats in which rows are written as a file. VV_WEB_CSV_MARKED: CSV with a byte order mark at the
 * beginning, which the caller writes. VV_WEB_XLSX: a workbook; search and sort are not
 * supported. */
typedef enum vv_web_form {
	VV_WEB_CSV,
	VV_WEB_CSV_MARKED,
	VV_WEB_JSON,
	VV_WEB_NDJSON,
	VV_WEB_XLSX,
	VV_WEB_FORMS
} vv_web_form;
typedef struct vv_web_form_facts {
	/* name: in addresses; end: extension of the file name; type: HTTP content type; words: on
	 * pages */
	const char *name, *end, *type, *words;
	vv_view_format format; /* not set for workbooks */
} vv_web_form_facts;
extern const vv_web_form_facts vv_web_forms[VV_WEB_FORMS];

/* Returns true if the rows of the query can be written as a workbook. May run the program that
 * writes workbooks, to find out. */
bool vv_web_writes_workbook(const vv_web_visit *v, const vv_web_rows_query *q);
/* Passes all matching rows to fn as a file, in the order of the query. Ignores `from` and `limit`
 * of the query, and has no time limit. */
vv_status vv_web_rows_write(vv_web_visit *v, vv_web_table *t, const vv_web_rows_query *q,
			    vv_web_form form, vv_bytes_fn fn, void *payload, vv_error *err);

#endif
