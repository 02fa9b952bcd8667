/*
 * row_place: the row with a key, for a visit.
 */
#ifndef VV_CMD_WEB_MODEL_ROW_PLACE_H
#define VV_CMD_WEB_MODEL_ROW_PLACE_H

#include "cmd/web/model/table.h"

/* Its number: key is "A,B". VV_ENOTFOUND: it does not exist, or none was found in time; VV_EUSAGE: the table has
 * no key. */
vv_status vv_web_row_place(vv_web_visit *v, const vv_web_table *t, const char *key, uint64_t *out,
			   vv_error *err);

/* Does a request name a row, by a key or a number? VV_EUSAGE: err has the required parameter. */
vv_status vv_web_row_named(const vv_web_table *t, const char *key, bool has_number, vv_error *err);
/* Sets err's hint to the form of the table's keys. Returns err's code. */
vv_status vv_web_key_hint(const vv_web_table *t, vv_error *err);

#endif
