/*
 * guide: passes data between varve and the merge driver of a git that varve runs.
 *
 * varve and the driver share a folder, whose path is in the environment variable
 * VV_MERGE_FOLDER_VAR. Before varve runs git, it writes the guide to the folder: the base, the
 * merged commit and the names of both sides, which git does not pass to a driver. For each table,
 * the driver adds its result or its error to the folder. If git merges the same versions again, the
 * driver reuses the result.
 */
#ifndef VV_LIB_MERGE_GUIDE_H
#define VV_LIB_MERGE_GUIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "diff/merge/merge.h"
#include "repo/git/oid.h"

#define VV_MERGE_FOLDER_VAR "VARVE_MERGE_FOLDER"

/* The guide of a merge. */
typedef struct vv_merge_guide {
	bool dry; /* the driver stores nothing */
	/* the driver does not wait for the disk: varve does, before it runs git again */
	bool trial;
	vv_oid base,          /* the merge base; null: not known, so git finds or makes it */
		theirs;       /* the merged commit */
	const char *names[2]; /* names of ours and theirs */
	/* set by vv_merge_guide_read: the memory of names; the caller clears it */
	vv_buf text;
} vv_merge_guide;
/* Writes the guide *g to the folder. Both names must be set. */
vv_status vv_merge_guide_write(const vv_merge_guide *g, const char *folder, vv_error *err);
/* Reads the guide in the folder into *out. VV_ENOTFOUND: there is none. VV_ECORRUPT: it is damaged,
 * or another version of varve wrote it. */
vv_status vv_merge_guide_read(vv_merge_guide *out, const char *folder, vv_error *err);

/* The result of a table that the driver merged. */
typedef struct vv_merged_table {
	const char *path;
	vv_oid sides[3], /* blobs; null: the side does not have the table */
		result;  /* blob of the merged table */
	bool conflicts;  /* the merge has conflicts */
	/* git paired the sides as versions of one file, but their rows are those of different
	 * tables */
	bool apart;
	vv_merge_stats stats; /* numbers of conflicts, and of changes from theirs */
	/* place and length of the content of `result` in the folder's file of contents; len 0: the
	 * file does not have it */
	uint64_t content_at, content_len;
} vv_merged_table;

/* The results of all tables of a merge. */
typedef struct vv_merge_report {
	vv_merged_table *tables; /* if a path occurs several times, only its last result is valid */
	size_t count, cap;
	vv_buf text; /* the memory of the paths */
} vv_merge_report;
/* Reads the results in the folder into *out, which must be zeroed. If the folder has no results,
 * *out stays empty. */
vv_status vv_merge_report_read(vv_merge_report *out, const char *folder, vv_error *err);
/* Adds the result *t to those in the folder, and the content of t->result, which may be NULL, to the
 * file of contents. Git runs one driver at a time. */
vv_status vv_merge_report_add(const char *folder, const vv_merged_table *t, const vv_buf *content,
			      vv_error *err);
/* Appends the content of t->result, t->content_len bytes, to out. VV_ENOTFOUND: the folder does not
 * have it. */
vv_status vv_merge_report_content(vv_buf *out, const char *folder, const vv_merged_table *t,
				  vv_error *err);
/* Returns the last result for `path` in r that was made from the blobs `sides`: those of base, ours
 * and theirs. Returns NULL if there is none. sides NULL: returns the last result for `path`. The
 * result is borrowed from r. */
const vv_merged_table *vv_merge_report_find(const vv_merge_report *r, const char *path,
					    const vv_oid *sides);
void vv_merge_report_clear(vv_merge_report *r);
VV_AUTO_CLEAR(vv_merge_report, vv_merge_report_clear)

/* Writes the driver's error *why to the folder. The driver also calls this before it begins,
 * because git treats a killed driver as a conflict. Errors are ignored. */
void vv_merge_failure_write(const char *folder, const vv_error *why);
/* Removes the driver's error from the folder. */
void vv_merge_failure_clear(const char *folder);
/* If the folder has an error of the driver, sets *err to this error, and returns its status; else
 * returns rc. */
vv_status vv_merge_failure_read(const char *folder, vv_status rc, vv_error *err);

#endif
