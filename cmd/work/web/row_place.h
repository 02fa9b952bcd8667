/*
 * row_place: where the row with a key stands.
 */
#ifndef VV_CMD_WORK_WEB_ROW_PLACE_H
#define VV_CMD_WORK_WEB_ROW_PLACE_H

#include "cmd/work/web/table.h"

/* The row whose key is "A,B". In a table that is sorted by the key's first column a few row groups are
 * read; in others all, as long as there is time. VV_ENOTFOUND: none; VV_EUSAGE: the table has no key. */
vv_status vv_web_row_place(vv_web_visit *v, const vv_web_table *t, const char *key, uint64_t *out,
			   vv_error *err);

#endif
