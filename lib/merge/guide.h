/*
 * guide: passes data between varve and the merge driver of a git that varve runs.
 *
 * They share a folder, which the environment variable VV_MERGE_FOLDER_VAR names. Before varve runs
 * git, it writes the commits to merge and their names to the folder, as git does not pass these to
 * a driver. The driver adds its result for each table, or its error. If git merges the same
 * versions again, the driver reuses the result.
 */
#ifndef VV_LIB_MERGE_GUIDE_H
#define VV_LIB_MERGE_GUIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "diff/merge/merge.h"
#include "repo/git/oid.h"

#define VV_MERGE_FOLDER_VAR "VARVE_MERGE_FOLDER"

typedef struct vv_merge_guide {
	bool dry;             /* store nothing */
	vv_oid base,          /* the merge base; null: git finds it */
		theirs;       /* the merged commit */
	const char *names[2]; /* names of our and their side */
	vv_buf text;          /* set by vv_merge_guide_read: the memory of names */
} vv_merge_guide;
vv_status vv_merge_guide_write(const vv_merge_guide *g, const char *folder, vv_error *err);
vv_status vv_merge_guide_read(vv_merge_guide *out, const char *folder, vv_error *err);

/* A table that the driver merged. */
typedef struct vv_merged_table {
	const char *path;
	vv_oid sides[3], /* blobs; null: the side does not have the table */
		result;  /* blob of the merged table */
	bool conflicts;
	bool apart; /* git paired the sides as one file, but their rows show different tables */
	vv_merge_stats stats;
} vv_merged_table;

typedef struct vv_merge_report {
	vv_merged_table *tables; /* if a path occurs several times, the last one counts */
	size_t count, cap;
	vv_buf text; /* the memory of the paths */
} vv_merge_report;
/* Reads the report; it is empty if no table was added. */
vv_status vv_merge_report_read(vv_merge_report *out, const char *folder, vv_error *err);
vv_status vv_merge_report_add(const char *folder, const vv_merged_table *t, vv_error *err);
/* Returns the last result for a path, or NULL. sides: only a result for these sides; NULL: for
 * any. */
const vv_merged_table *vv_merge_report_find(const vv_merge_report *r, const char *path,
					    const vv_oid *sides);
void vv_merge_report_clear(vv_merge_report *r);
VV_AUTO_CLEAR(vv_merge_report, vv_merge_report_clear)

/* Stores the driver's error. The driver also calls this before it begins, as git would treat a
 * killed driver as a conflict. */
void vv_merge_failure_write(const char *folder, const vv_error *why);
void vv_merge_failure_clear(const char *folder);
/* Returns the stored error in *err; or rc, if there is none. */
vv_status vv_merge_failure_read(const char *folder, vv_status rc, vv_error *err);

#endif
