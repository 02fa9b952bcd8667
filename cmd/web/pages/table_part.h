/*
 * table_part: rows of a table as a table of HTML, wherever rows are shown, and the forms that choose rows.
 */
#ifndef VV_CMD_WEB_PAGES_TABLE_PART_H
#define VV_CMD_WEB_PAGES_TABLE_PART_H

#include "cmd/web/model/rows.h"
#include "cmd/web/pages/page.h"

/* sortable: a column's name sorts by it. */
void vv_page_put_rows(vv_page *p, const vv_web_table *t, const vv_web_rows *rows,
		      const vv_web_rows_query *q, bool sortable);

/* ---- what forms that choose rows have */

/* "is at least" */
const char *vv_page_op_words(vv_web_op op);
/* The filter operators for columns of the type: names, so that the script offers only these. */
const char *vv_page_fitting_ops(vv_page *p, const char *type_name);
/* The options of a menu with the operators for columns of the type, NULL: all. */
vv_html *vv_page_op_options(vv_page *p, const char *type_name);
/* Writes hidden fields for an address's search, filters, order and columns, but not for the place in a list. */
void vv_page_put_kept(vv_html *h, const vv_web_address *of);

#endif
