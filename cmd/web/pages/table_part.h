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
/* What can be asked of a column of the type: names, for the script to offer nothing else. */
const char *vv_page_fitting_ops(vv_page *p, const char *type_name);
/* Options of a menu; of what a column of the type can be asked, NULL: all. */
vv_html *vv_page_op_options(vv_page *p, const char *type_name);
/* Hidden fields of what an address says, so that search, filters, order and columns stay, but not the place in a list. */
void vv_page_put_kept(vv_html *h, const vv_web_address *of);

#endif
