/*
 * guide: the communication of varve with the merge driver of a git that it runs.
 *
 * They share a folder, whose name is in VV_MERGE_FOLDER_VAR. Before git starts varve writes the merged commits and their names
 * to it, since git does not pass these to a driver. The driver adds its result for each table, or its error. If git merges the
 * same again, the driver reuses the result.
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
	bool dry;             /* nothing is to be kept */
	vv_oid base, theirs;  /* base null: git finds it */
	const char *names[2]; /* ours, theirs */
	vv_buf text;          /* of one that was read: owns the names */
} vv_merge_guide;
vv_status vv_merge_guide_write(const vv_merge_guide *g, const char *folder, vv_error *err);
vv_status vv_merge_guide_read(vv_merge_guide *out, const char *folder, vv_error *err);

/* A table that the driver merged. */
typedef struct vv_merged_table {
	const char *path;
	vv_oid sides[3], result; /* blobs; null: not there */
	bool conflicts;
	bool apart; /* git paired it with a table that its rows do not come from */
	vv_merge_stats stats;
} vv_merged_table;

typedef struct vv_merge_report {
	vv_merged_table *tables; /* the last one of a path counts */
	size_t count, cap;
	vv_buf text; /* owns the paths */
} vv_merge_report;
/* Nothing where nothing was added. */
vv_status vv_merge_report_read(vv_merge_report *out, const char *folder, vv_error *err);
vv_status vv_merge_report_add(const char *folder, const vv_merged_table *t, vv_error *err);
/* sides NULL: whatever they are. */
const vv_merged_table *vv_merge_report_find(const vv_merge_report *r, const char *path,
					    const vv_oid *sides);
void vv_merge_report_clear(vv_merge_report *r);
VV_AUTO_CLEAR(vv_merge_report, vv_merge_report_clear)

/* Writes the driver's error. The driver does this also before it begins, in case it is killed: git treats that
 * as a conflict. */
void vv_merge_failure_write(const char *folder, const vv_error *why);
void vv_merge_failure_clear(const char *folder);
/* The failure, or rc. */
vv_status vv_merge_failure_read(const char *folder, vv_status rc, vv_error *err);

#endif
