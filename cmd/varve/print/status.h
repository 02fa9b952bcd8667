/*
 * status: formats the output of `varve status`, for people or for scripts.
 */
#ifndef VV_CMD_VARVE_PRINT_STATUS_H
#define VV_CMD_VARVE_PRINT_STATUS_H

#include <stdbool.h>

#include "base/buf.h"
#include "lib/status/changes.h"

/* The form of the output. */
typedef struct vv_status_style {
	/* the folder, relative to the repository, to which printed paths are relative; "": the top
	 * of the work tree. Not used for porcelain and JSON */
	const char *prefix;
	/* the options of `varve status` with these names; short_form is --short, nul is -z. If
	 * several are set, json wins. branch and nul have an effect only with short_form or
	 * porcelain */
	bool short_form, porcelain, branch, nul, json;
	bool quote_all;        /* the setting core.quotepath; for short_form and porcelain */
	bool color;            /* use colors */
	bool untracked_hidden; /* untracked files were left out; the long form says so */
	bool groups;           /* the long form has the number of new groups */
} vv_status_style;

/* Appends the status of the changes in this style. */
vv_status vv_status_put(vv_buf *b, const vv_changes *c, const vv_status_style *style,
			vv_error *err);

#endif
