/*
 * rows: reads a page of a table's rows, filtered, searched and sorted.
 */
#ifndef VV_CMD_WEB_MODEL_ROWS_H
#define VV_CMD_WEB_MODEL_ROWS_H

#include "cmd/web/model/row_test.h"
#include "lib/view/view.h"

/* A row of a page. */
typedef struct vv_web_row {
	uint64_t number;    /* row number in the table, from 0 */
	vv_web_cell *cells; /* one for each shown column */
	/* the row's key as "A,B", the form for vv_web_row_find and for `jump`; NULL: the table has
	 * no key */
	const char *key;
} vv_web_row;

/* A page of rows. */
typedef struct vv_web_rows {
	size_t *columns; /* indexes of the shown columns in the table */
	size_t column_count;
	vv_web_row *rows;
	size_t count;
	bool filtered; /* a filter or a search selects rows */
	/* number of matching rows: of the table, if `counted` is true; else, of those that were
	 * found */
	uint64_t matched;
	bool counted;
	bool complete; /* no further rows match */
	/* number of the first row of this page; differs from the query's `from` after a jump */
	uint64_t from;
	uint64_t next;  /* if not complete: `from` of the next page; all earlier rows were tested */
	bool time_over; /* the time limit was reached: not all rows were tested */
	/* a previous page is known; always false for rows that are filtered and not sorted */
	bool has_previous;
	/* if has_previous: `from` of the previous page */
	uint64_t previous;
} vv_web_rows;

/* Returns true if `next` leads to a further page. False also if the time limit was reached while the
 * rows were sorted, and this page has all rows that were found. */
static inline bool vv_web_rows_go_on(const vv_web_rows *r)
{
	return !r->complete && r->next > r->from;
}

/* Sets *out to the page of rows that q selects. VV_ENOTFOUND: the table lacks a column, or no row
 * has the key q->jump. VV_EUSAGE: a filter is invalid (vv_web_test_make), the table has no key, or
 * the page is beyond the first 100,000 sorted rows. VV_EINPUT: t is not a table. */
vv_status vv_web_rows_read(vv_web_visit *v, vv_web_table *t, const vv_web_rows_query *q,
			   vv_web_rows *out, vv_error *err);

/* Sets *out to the row with this key ("A,B"), or, if key is NULL, with this number, from 0. The row
 * has all columns, and complete cells (up to 1 MiB). VV_ENOTFOUND: no such row exists, or the time limit was reached. VV_EUSAGE:
 * key is given, but the table has no key. VV_EINPUT: t is not a table. */
vv_status vv_web_row_find(vv_web_visit *v, vv_web_table *t, const char *key, uint64_t number,
			  vv_web_row *out, vv_error *err);

/* The formats in which rows are written as a file. */
typedef enum vv_web_form {
	VV_WEB_CSV,
	/* CSV with a byte order mark at the beginning, which the caller writes */
	VV_WEB_CSV_MARKED,
	VV_WEB_JSON,
	VV_WEB_NDJSON,
	VV_WEB_XLSX,    /* a workbook; search and sort are not supported */
	VV_WEB_PARQUET, /* Parquet; likewise */
	VV_WEB_FORMS    /* the number of formats */
} vv_web_form;
/* The properties of a format. */
typedef struct vv_web_form_facts {
	/* name: the name in addresses; end: the extension of file names; type: the HTTP content
	 * type; words: the name on pages */
	const char *name, *end, *type, *words;
	vv_view_format format; /* meaningless for documents: workbooks and Parquet */
} vv_web_form_facts;
/* The properties of each vv_web_form. */
extern const vv_web_form_facts vv_web_forms[VV_WEB_FORMS];

/* Returns true if the rows of the query can be written in this format. For workbooks and Parquet, may
 * run the program that writes them; the result is cached for some minutes. */
bool vv_web_writes(const vv_web_visit *v, const vv_web_rows_query *q, vv_web_form form);
/* Passes the bytes of a file in this format to fn. The file has all rows that match q, in the order
 * of q. Ignores `from`, `limit` and `jump` of q, and the visit's time limit. VV_EUSAGE: more than
 * 100,000 rows match and q->sort is set, or a workbook or Parquet file cannot be written.
 * VV_ELOCKED: too many of these are being written. Other errors are those of vv_web_rows_read. */
vv_status vv_web_rows_write(vv_web_visit *v, vv_web_table *t, const vv_web_rows_query *q,
			    vv_web_form form, vv_bytes_fn fn, void *payload, vv_error *err);
/* Makes a workbook or Parquet file of the rows of t that `how` selects, and passes its bytes to fn.
 * Parquet has exact numbers unless how->numbers is set. name: the name of the sheet. VV_EUSAGE: this
 * server does not write such files; the message names the package to install. VV_ELOCKED: too many
 * are being written. VV_EINPUT: a value does not fit. */
vv_status vv_web_document_write(vv_repository *repo, vv_table *t, const char *name,
				vv_web_form form, const vv_view_options *how, vv_bytes_fn fn,
				void *payload, vv_error *err);

#endif
