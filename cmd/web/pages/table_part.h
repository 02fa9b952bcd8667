/*
 * table_part: rows of a dataset as a table of HTML, wherever rows are shown.
 */
#ifndef VV_CMD_WEB_PAGES_TABLE_PART_H
#define VV_CMD_WEB_PAGES_TABLE_PART_H

#include "cmd/web/model/rows.h"
#include "cmd/web/pages/page.h"

/* sortable: a column's name sorts by it. */
void vv_page_put_rows(vv_page *p, const vv_web_table *t, const vv_web_rows *rows,
		      const vv_web_rows_query *q, bool sortable);

#endif
