/*
 * patch_fit: applies a patch to a version that is not the version from which the patch was made.
 *
 * The target is merged with the patch's new version (merge.h). If this repository has the version
 * from which the patch was made, it is the base of the merge. Otherwise, base and new version are
 * two small tables, made of the rows in the patch before and after the change; all other rows of
 * the target are unchanged. Without a key, rows are found by content and position.
 */
#ifndef VV_DIFF_MERGE_PATCH_FIT_H
#define VV_DIFF_MERGE_PATCH_FIT_H

#include "dataset/format/mem_sink.h"
#include "diff/merge/options.h"
#include "diff/merge/patch_make.h"
#include "diff/merge/patch_rows.h"

/* Applies the section j->section to j->target. j->lines must read the section's lines next.
 * VV_ECONFLICT: changes did not fit, and were reported to the caller of vv_patch_apply. */
vv_status patch_fit_run(patch_job *j, vv_error *err);

/* The merge of a patch with the target. */
typedef struct patch_merge {
	patch_job *job;      /* borrowed */
	vv_table base,       /* the patch's old version */
		theirs;      /* the patch's new version */
	bool base_open,      /* base is open */
		theirs_open; /* theirs is open */
	bool part;           /* base and theirs are the small tables made of the patch's rows */
	const char **key;    /* names of base's columns that identify rows; NULL-ended; borrowed */
	wanted_rows *conflicts;  /* receives hashes of the keys of conflicting rows; may be NULL */
	vv_mem_sink *made;       /* blocks of the patch's versions, and of the result */
	vv_sink blocks;          /* all blocks */
	vv_import_result result; /* the merged version */
	vv_merge_stats stats;    /* the statistics of the merge */
} patch_merge;
/* Sets *m to the merge for a job, without versions. */
vv_status patch_merge_open(patch_merge *m, patch_job *j, vv_error *err);
void patch_merge_clear(patch_merge *m);
VV_AUTO_CLEAR(patch_merge, patch_merge_clear)

/* Opens the version from which the patch was made as m->base, and makes the patch's new version as
 * m->theirs. Sets m->base_open to false if this repository does not have the version from which the
 * patch was made. */
vv_status patch_merge_whole(patch_merge *m, vv_error *err);
/* Merges m->base, the target and m->theirs into m->result. Conflicts are reported as misfits, and
 * counted in m->stats. */
vv_status patch_merge_run(patch_merge *m, vv_error *err);
/* Passes the result to the caller of vv_patch_apply. */
vv_status patch_merge_give(patch_merge *m, vv_error *err);

/* Returns the hash of a key's text, in the form of vv_conflict.key. */
vv_hash128 patch_merge_key_hash(const vv_buf *text);

#endif
