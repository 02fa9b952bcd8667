/*
 * workbook: collects tables in a temporary file. A reader program (reader.h) then makes a workbook
 * from this file, or a Parquet file of one table.
 *
 *	vv_auto(vv_workbook) w = {.fd = -1};
 *	vv_workbook_open(&w, temp_dir, err)
 *	vv_arrow_ipc_name(vv_workbook_put, &w, "prices.csv", false, err); ... then its Arrow stream
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

/* One value = one workbook that is being made. Initialise with {.fd = -1}. */
typedef struct vv_workbook {
	char *file;   /* temporary file with the tables */
	int fd;       /* descriptor of file; -1: closed */
	bool parquet; /* make a Parquet file */
	/* called while the workbook is made, and may cancel; may be NULL */
	const vv_progress *progress;
} vv_workbook;

/* Creates the temporary file of w in the folder temp_dir, and removes files that ended processes
 * have left there. */
vv_status vv_workbook_open(vv_workbook *w, const char *temp_dir, vv_error *err);
/* Appends len bytes to the file. Has the type vv_bytes_fn; w is a vv_workbook. */
vv_status vv_workbook_put(void *w, const void *bytes, size_t len, vv_error *err);
/* Makes the document from the tables in the file of w, and passes its bytes to fn. May be called
 * once. VV_ENOSUPPORT: no installed program writes such documents. VV_EINPUT: the program failed, for
 * example because a table does not fit into a sheet. */
vv_status vv_workbook_end(vv_workbook *w, const vv_env *env, vv_bytes_fn fn, void *payload,
			  vv_error *err);
/* Returns true if an installed program writes workbooks or, with parquet, Parquet files. To find
 * out, makes one without tables. */
bool vv_workbook_is_written(const vv_env *env, bool parquet);
void vv_workbook_clear(vv_workbook *w);
VV_AUTO_CLEAR(vv_workbook, vv_workbook_clear)

#endif
