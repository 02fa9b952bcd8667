/*
 * check_explain: what each rule reads, and what is kept of it, as a table and as JSON.
 *
 * A correct caller: vv_explained_init; vv_explained_add for each rule (a callback of vv_check_run); vv_explained_print;
 * vv_explained_clear.
 */
#ifndef VV_CMD_VARVE_PRINT_CHECK_EXPLAIN_H
#define VV_CMD_VARVE_PRINT_CHECK_EXPLAIN_H

#include <stdbool.h>

#include "base/json/json.h"
#include "check/rules/check.h"
#include "cmd/varve/print/aligned.h"

typedef struct vv_explained {
	bool json;
	vv_aligned lines;
	vv_buf path; /* of the last rule */
	vv_buf text; /* as JSON */
	vv_json_out out;
} vv_explained;

void vv_explained_init(vv_explained *x, bool json);
vv_status vv_explained_add(void *payload, const char *path, const vv_check_explained *e,
			   vv_error *err);
vv_status vv_explained_print(vv_explained *x, vv_error *err);
void vv_explained_clear(vv_explained *x);
VV_AUTO_CLEAR(vv_explained, vv_explained_clear)

#endif
