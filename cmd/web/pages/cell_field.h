/*
 * cell_field: the field of a form in which a cell's value is written, by the column's type.
 */
#ifndef VV_CMD_WEB_PAGES_CELL_FIELD_H
#define VV_CMD_WEB_PAGES_CELL_FIELD_H

#include "cmd/web/model/rows.h"
#include "cmd/web/pages/page.h"

/* Returns the field as a piece: a menu for booleans and lists of allowed values; a day for dates as
 * 2024-01-31; else a text, with the commonest values of columns that have few. name: the field's
 * name. label: its accessible name. value: its content; NULL: empty. lists: offer common values, for
 * which the column is read. */
vv_html *vv_page_cell_field(vv_page *p, vv_web_table *t, size_t column, const char *name,
			    const char *label, const char *value, bool lists);

#endif
