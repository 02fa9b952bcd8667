/*
 * table_at: the way from the name of a version to its rows: finds the version, and opens it as a table.
 *
 * A caller that also needs the exact bytes, or a table of a document, uses version.h.
 */
#ifndef VV_LIB_NAMES_TABLE_AT_H
#define VV_LIB_NAMES_TABLE_AT_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/table/table.h"
#include "lib/names/version.h"

/* An opened version. All zero: unopened. */
typedef struct vv_table_at {
	vv_subject subject; /* the version */
	vv_table table;     /* its table */
	char *shown;    /* "<commit>:<path>", for messages; NULL: the subject's text is borrowed */
	bool open;      /* `table` is open */
	bool long_rows; /* `table` has columns that the header does not name (long_rows.h) */
	bool none;      /* opening it failed, because it is not a table */
} vv_table_at;

/* Opens the version that *name names as *out, with the options `how`, which may be NULL. *out must
 * be all zero, except for subject.env. Plain text in Git's history is read as a table, too. s: the
 * reader of r. The texts of *name must remain until *out is closed. After a failure, *out is all
 * zero, except that out->none is true if the version does not exist or is not a table:
 * VV_ENOTFOUND, VV_EINPUT (also for a damaged pointer), VV_EUSAGE. */
vv_status vv_table_at_open(vv_table_at *out, vv_repository *r, vv_dataset_reader *s,
			   const vv_version_name *name, const vv_subject_options *how,
			   vv_error *err);
void vv_table_at_close(vv_table_at *t); /* t may be unopened */
VV_AUTO_CLEAR(vv_table_at, vv_table_at_close)

#endif
