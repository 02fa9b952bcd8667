/*
 * torn: pointers that git merged as text, so that there are conflict marks in them: merged after all, by row and
 * cell, from the two versions that the marks name.
 *
 * Some are committed (a host merged, or a program without varve); some lie in the work tree while the
 * index has the path in conflict (the attributes did not name the path yet, since the other
 * branch renamed the table).
 */
#ifndef VV_LIB_MERGE_TORN_H
#define VV_LIB_MERGE_TORN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "lib/names/pathspec.h"
#include "lib/tables/dataset_writer.h"

typedef struct vv_torn_report {
	vv_buf text;      /* a line for each path */
	size_t merged;    /* paths without a conflict left */
	size_t conflicts; /* paths that are in conflict now */
} vv_torn_report;

/* Merges those among paths (NULL: all), with committed also those with a torn pointer in the index, or a torn
 * file without an index conflict; writes files, records and, last, the index. Remaining conflicts are in the
 * index, as after a merge. A file in the work tree that is neither torn nor equal to one of the versions is not
 * changed: VV_EREFUSED. dry: nothing is written. The same call again finishes an interrupted one. */
vv_status vv_torn_mend(vv_torn_report *out, vv_repository *r, vv_dataset_writer *w, vv_index *x,
		       vv_pathspec *paths, bool committed, bool dry, vv_error *err);
void vv_torn_report_clear(vv_torn_report *t);
VV_AUTO_CLEAR(vv_torn_report, vv_torn_report_clear)

#endif
