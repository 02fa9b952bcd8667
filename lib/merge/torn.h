/*
 * torn: repairs torn pointers: pointers that contain conflict markers, because git merged them as
 * text. Merges the tables by row and cell, from the two versions between the markers.
 *
 * Some torn pointers are committed, because a host or a program without varve made the merge.
 * Others are in the work tree, and their path is in conflict in the index. These arise if the other
 * branch renamed the table: before the merge, the attributes do not match the new path, so git
 * merges the pointer as text.
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

/* The result of a repair. */
typedef struct vv_torn_report {
	vv_buf text;      /* a line for each path */
	size_t merged;    /* number of paths without remaining conflicts */
	size_t conflicts; /* number of paths with remaining conflicts */
	vv_error failure; /* of the first path that failed; code VV_OK: none failed */
} vv_torn_report;

/* Repairs torn files whose path is in conflict in the index x, at `paths`, or at all paths if paths
 * is NULL, and sets *out to the result. If `committed` is set, also repairs torn pointers in the
 * index, and torn files whose path is not in conflict. Writes the files, the conflict records and,
 * last, the index. Remaining conflicts are in the index, as after a merge. dry: write nothing, but
 * set *out. If this fails for a path, sets `failure`, and continues with the next path, unless
 * vv_conflict_stops(); warns of the later failures. VV_EREFUSED in `failure`: a file in the work
 * tree is neither torn nor equal to one of the versions; this file is not changed. Only a failure
 * to write the index is returned. After a failure or an interruption, another call completes the
 * work. The caller clears *out, also after a failure. */
vv_status vv_torn_mend(vv_torn_report *out, vv_repository *r, vv_dataset_writer *w, vv_index *x,
		       vv_pathspec *paths, bool committed, bool dry, vv_error *err);
void vv_torn_report_clear(vv_torn_report *t);
VV_AUTO_CLEAR(vv_torn_report, vv_torn_report_clear)

#endif
