/*
 * row_place: the row with a key, for a visit.
 */
#ifndef VV_CMD_WORK_WEB_ROW_PLACE_H
#define VV_CMD_WORK_WEB_ROW_PLACE_H

#include "cmd/work/web/table.h"

/* Its number: key is "A,B". VV_ENOTFOUND: there is none, or none was found in time; VV_EUSAGE: the table has
 * no key. */
vv_status vv_web_row_place(vv_web_visit *v, const vv_web_table *t, const char *key, uint64_t *out,
			   vv_error *err);
/* The same where it can be found at once: in a table that is sorted by its key. */
vv_status vv_web_row_quick(vv_web_visit *v, const vv_web_table *t, const char *key, uint64_t *out,
			   bool *found, vv_error *err);

#endif
