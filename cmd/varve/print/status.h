/*
 * status: vv_changes as text, for people and for scripts.
 */
#ifndef VV_CMD_VARVE_PRINT_STATUS_H
#define VV_CMD_VARVE_PRINT_STATUS_H

#include <stdbool.h>

#include "base/buf.h"
#include "lib/status/changes.h"

typedef struct vv_status_style {
	const char *prefix; /* current folder, repository-relative; "" shows from the top */
	bool short_form, porcelain, branch, nul, json;
	bool quote_all; /* core.quotepath */
	bool color;
	bool untracked_hidden;
	bool groups; /* show the number of new groups */
} vv_status_style;

vv_status vv_status_put(vv_buf *b, const vv_changes *c, const vv_status_style *style,
			vv_error *err);

#endif
