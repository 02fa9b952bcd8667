/*
 * rows: rows of a table from any number on, filtered, searched and sorted.
 */
#ifndef VV_CMD_WEB_MODEL_ROWS_H
#define VV_CMD_WEB_MODEL_ROWS_H

#include "cmd/web/model/row_test.h"
#include "lib/view/view.h"

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
	/* The number of matching rows counted; with `counted` false others may exist. */
	uint64_t matched;
	bool counted;
	bool complete;  /* no further rows match */
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

/* VV_WEB_CSV_MARKED: as CSV; who writes it puts a byte order mark before it. VV_WEB_XLSX: a workbook, which has no search and no
 * order. */
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
		*words;        /* in addresses; of the file's name; of HTTP; on pages */
	vv_view_format format; /* of one that is not a workbook */
} vv_web_form_facts;
extern const vv_web_form_facts vv_web_forms[VV_WEB_FORMS];

/* Can these rows be had as a workbook? Runs the program that writes them, now and then. */
bool vv_web_writes_workbook(const vv_web_visit *v, const vv_web_rows_query *q);
/* All rows that match, to fn as a file, in the query's order (from and limit are not looked at; limited
 * only by the browser's patience). */
vv_status vv_web_rows_write(vv_web_visit *v, vv_web_table *t, const vv_web_rows_query *q,
			    vv_web_form form, vv_bytes_fn fn, void *payload, vv_error *err);

#endif
