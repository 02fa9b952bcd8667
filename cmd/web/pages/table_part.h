/*
 * table_part: writes rows of a table as an HTML table, for all pages that show rows, and parts of
 * the forms that select rows.
 */
#ifndef VV_CMD_WEB_PAGES_TABLE_PART_H
#define VV_CMD_WEB_PAGES_TABLE_PART_H

#include "cmd/web/model/compare.h"
#include "cmd/web/model/rows.h"
#include "cmd/web/pages/page.h"

/* Writes a page of rows of t, selected by q, as an HTML table. sortable: the name of each column
 * links to the rows sorted by this column. changes: the changes that led to t, whose rows and cells
 * are marked; NULL: none are marked. */
void vv_page_put_rows(vv_page *p, const vv_web_table *t, const vv_web_rows *rows,
		      const vv_web_rows_query *q, bool sortable, const vv_web_comparison *changes);

/* ---- parts of the forms that select rows */

/* Returns the words for a filter operator, such as "is at least"; a constant. */
const char *vv_page_op_words(vv_web_op op);
/* Returns the names of the filter operators for columns of a type, each followed by a space. The
 * page's script offers only these operators. "": the type is NULL or unknown. */
const char *vv_page_fitting_ops(vv_page *p, const char *type_name);
/* Returns the <option> elements of a menu with the filter operators for columns of a type. If
 * type_name is NULL or unknown, returns all operators. */
vv_html *vv_page_op_options(vv_page *p, const char *type_name);
/* Writes hidden fields of a form for the parameters of an address, such as search, filters, order
 * and columns, but not for `from`, `n`, `jump` and `format`. */
void vv_page_put_kept(vv_html *h, const vv_web_address *of);

#endif
