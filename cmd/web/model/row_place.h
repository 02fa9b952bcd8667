/*
 * row_place: finds the row of a table that a request names.
 */
#ifndef VV_CMD_WEB_MODEL_ROW_PLACE_H
#define VV_CMD_WEB_MODEL_ROW_PLACE_H

#include "cmd/web/model/table.h"

/* Sets *out to the number, from 0, of the row with this key. key: the values of the key's columns,
 * as "A,B". VV_ENOTFOUND: no row has this key, or the time limit was reached before the row was
 * found. VV_EUSAGE: the table has no key. */
vv_status vv_web_row_place(vv_web_visit *v, const vv_web_table *t, const char *key, uint64_t *out,
			   vv_error *err);

/* Checks that a request names a row. key: the row's key in the request, or NULL. has_number: the
 * request has a row number. VV_EUSAGE: t is a table, and the request has neither; err names the
 * parameter to add. */
vv_status vv_web_row_named(const vv_web_table *t, const char *key, bool has_number, vv_error *err);
/* Adds a hint that names the key's columns, if the table has a key and err has no hint. err must
 * not be NULL. Returns err's code. */
vv_status vv_web_key_hint(const vv_web_table *t, vv_error *err);

#endif
