/*
 * rows: reads a page of a table's rows, filtered, searched and sorted.
 */
#ifndef VV_CMD_WEB_MODEL_ROWS_H
#define VV_CMD_WEB_MODEL_ROWS_H

#include "cmd/web/model/row_test.h"
#include "lib/view/view.h"

typedef struct vv_web_row {
	uint64_t number;    /* row number in the table, from 0 */
	vv_web_cell *cells; /* of the columns shown */
	/* the key "A,B", in the form for vv_web_row_find and jump; NULL: the table has no key */
	const char *key;
} vv_web_row;

typedef struct vv_web_rows {
	size_t *columns; /* places of the shown columns */
	size_t column_count;
	vv_web_row *rows;
	size_t count;
	bool filtered; /* a filter or search selects rows */
	/* number of matching rows found; if counted is false, others may exist */
	uint64_t matched;
	bool counted;
	bool complete;  /* no further rows match */
	uint64_t from;  /* `from` of this page (jump) */
	uint64_t next;  /* if not complete: `from` of the next page; all rows before it were read */
	bool time_over; /* the time limit was reached, so this page is short */
	bool has_previous;
	/* with has_previous: `from` of the previous page; known without filters, or with sort */
	uint64_t previous;
} vv_web_rows;

/* Reads a page of rows. VV_ENOTFOUND: no such column, or no row with that key; VV_EUSAGE: a
 * value that does not match the column's type, or sorted rows past the first 100,000. */
vv_status vv_web_rows_read(vv_web_visit *v, vv_web_table *t, const vv_web_rows_query *q,
			   vv_web_rows *out, vv_error *err);

/* Reads one row by its key ("A,B"), or, if key is NULL, by its number, with all columns and
 * whole cells (up to 1 MB). VV_ENOTFOUND. */
vv_status vv_web_row_find(vv_web_visit *v, vv_web_table *t, const char *key, uint64_t number,
			  vv_web_row *out, vv_error *err);

/* VV_WEB_CSV_MARKED: CSV that begins with a byte order mark, which the caller writes.
 * VV_WEB_XLSX: a workbook, for which search and sort are not supported. */
typedef enum vv_web_form {
	VV_WEB_CSV,
	VV_WEB_CSV_MARKED,
	VV_WEB_JSON,
	VV_WEB_NDJSON,
	VV_WEB_XLSX,
	VV_WEB_FORMS
} vv_web_form;
typedef struct vv_web_form_facts {
	const char *name, *end, *type,
		/* name: in addresses; end: the file name's extension; type: the HTTP content
		 * type; words: on pages */
		*words;
	vv_view_format format; /* not for workbooks */
} vv_web_form_facts;
extern const vv_web_form_facts vv_web_forms[VV_WEB_FORMS];

/* Can these rows be written as a workbook? Sometimes runs the program that writes workbooks, to
 * find out. */
bool vv_web_writes_workbook(const vv_web_visit *v, const vv_web_rows_query *q);
/* Passes all matching rows to fn as a file, in the query's order. Ignores the query's from and
 * limit, and has no time limit. */
vv_status vv_web_rows_write(vv_web_visit *v, vv_web_table *t, const vv_web_rows_query *q,
			    vv_web_form form, vv_bytes_fn fn, void *payload, vv_error *err);

#endif
