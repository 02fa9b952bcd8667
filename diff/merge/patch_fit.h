/*
 * patch_fit: applies a patch to a version that is not the version from which the patch was made.
 *
 * The patch is merged like a version (merge.h). The common ancestor is the version from which the
 * patch was made, if this repository has it. Otherwise, the rows in the patch form two small
 * tables, before and after the change, and all other rows of the target are unchanged. Without a
 * key, rows are found by content and place.
 */
#ifndef VV_DIFF_MERGE_PATCH_FIT_H
#define VV_DIFF_MERGE_PATCH_FIT_H

#include "dataset/format/mem_sink.h"
#include "diff/merge/options.h"
#include "diff/merge/patch_make.h"
#include "diff/merge/patch_rows.h"

/* Applies a section; the reader must be before the section's lines. VV_ECONFLICT: already reported. */
vv_status patch_fit_run(patch_job *j, vv_error *err);

/* The two versions that are merged with the target, and the result. */
typedef struct patch_merge {
	patch_job *job;
	vv_table base, theirs;
	bool base_open, theirs_open;
	bool part;        /* base and theirs are the small tables made of the patch's rows */
	const char **key; /* names of base's columns that identify rows; NULL-ended; borrowed */
	wanted_rows *conflicts; /* receives hashes of the keys of conflicting rows; may be NULL */
	vv_mem_sink *made;      /* blocks of the patch's versions, and of the result */
	vv_sink blocks;         /* all blocks */
	vv_import_result result;
	vv_merge_stats stats;
} patch_merge;
vv_status patch_merge_open(patch_merge *m, patch_job *j, vv_error *err);
void patch_merge_clear(patch_merge *m);
VV_AUTO_CLEAR(patch_merge, patch_merge_clear)

/* Opens the version from which the patch was made, and makes the patched version. Sets m->base_open
 * to false if this repository does not have the former. */
vv_status patch_merge_whole(patch_merge *m, vv_error *err);
/* Merges the versions. Conflicts are reported as misfits, and counted in m->stats. */
vv_status patch_merge_run(patch_merge *m, vv_error *err);
/* Passes the result to the caller of vv_patch_apply. */
vv_status patch_merge_give(patch_merge *m, vv_error *err);

/* Returns the hash of a key's text as conflicts have it. */
vv_hash128 patch_merge_key_hash(const vv_buf *text);

#endif
