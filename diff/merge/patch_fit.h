/*
 * patch_fit: applies a patch to a different version of its table than the one that it was made from.
 *
 * It is merged like versions (merge.h): through the version that it was made from, if that is stored here; else the rows of the
 * patch form two small tables, before and after, and all other rows are ours, unchanged. Without a key rows are found by
 * content and place.
 */
#ifndef VV_DIFF_MERGE_PATCH_FIT_H
#define VV_DIFF_MERGE_PATCH_FIT_H

#include "dataset/format/mem_sink.h"
#include "diff/merge/options.h"
#include "diff/merge/patch_make.h"
#include "diff/merge/patch_rows.h"

/* The section's lines come next. VV_ECONFLICT: reported. */
vv_status patch_fit_run(patch_job *j, vv_error *err);

/* Two versions beside the target, and the result of a merge. */
typedef struct patch_merge {
	patch_job *job;
	vv_table base, theirs;
	bool base_open, theirs_open;
	bool part;              /* they are the small tables */
	const char **key;       /* what identifies rows, as base calls it; NULL-ended; borrowed */
	wanted_rows *conflicts; /* not NULL: hashes of the keys of rows in conflict are put here */
	vv_mem_sink *made;      /* blocks of the patch's versions, and of the result */
	vv_sink blocks;         /* of all */
	vv_import_result result;
	vv_merge_stats stats;
} patch_merge;
vv_status patch_merge_open(patch_merge *m, patch_job *j, vv_error *err);
void patch_merge_clear(patch_merge *m);
VV_AUTO_CLEAR(patch_merge, patch_merge_clear)

/* The version that the patch was made from, and the patched one; base_open false: it is missing here. */
vv_status patch_merge_whole(patch_merge *m, vv_error *err);
/* Merges; conflicts are reported as misfits, and counted in stats. */
vv_status patch_merge_run(patch_merge *m, vv_error *err);
/* The result to the caller. */
vv_status patch_merge_give(patch_merge *m, vv_error *err);

/* The hash of a key's text from conflicts. */
vv_hash128 patch_merge_key_hash(const vv_buf *text);

#endif
