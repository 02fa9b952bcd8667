/*
 * workbook: tables on their way into a workbook, which a reader writes.
 *
 *	vv_auto(vv_workbook) w = {.fd = -1};
 *	vv_workbook_open(&w, temp_dir, err)
 *	vv_arrow_ipc_name(vv_workbook_put, &w, "prices.csv", false, err); ... its Arrow stream by vv_workbook_put
 *	vv_workbook_end(&w, env, fn, payload, err)
 */
#ifndef VV_LIB_DOCUMENTS_WORKBOOK_H
#define VV_LIB_DOCUMENTS_WORKBOOK_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/env.h"
#include "base/error.h"
#include "base/progress.h"
#include "dataset/table/bytes.h"

typedef struct vv_workbook {
	char *file;                  /* temporary: the tables */
	int fd;                      /* -1: none */
	const vv_progress *progress; /* of the writing, which it may end; or NULL */
} vv_workbook;

vv_status vv_workbook_open(vv_workbook *w, const char *temp_dir, vv_error *err);
/* A vv_bytes_fn; w is the vv_workbook. */
vv_status vv_workbook_put(void *w, const void *bytes, size_t len, vv_error *err);
/* Passes the finished file to fn. VV_ENOSUPPORT: no installed program writes workbooks; VV_EINPUT: a table does not fit a
 * sheet. */
vv_status vv_workbook_end(vv_workbook *w, const vv_env *env, vv_bytes_fn fn, void *payload,
			  vv_error *err);
/* Is there a program that writes them? It is run for one without tables. */
bool vv_workbook_is_written(const vv_env *env);
void vv_workbook_clear(vv_workbook *w);
VV_AUTO_CLEAR(vv_workbook, vv_workbook_clear)

#endif
