/*
 * patch_fit: applies a patch to a version that is not the version from which the patch was made.
 *
 * There are three ways, tried in this order:
 * - A whole merge (merge.h): base is the version from which the patch was made, which `base` of
 *   vv_patch_apply_options must open, and theirs is the patch's new version. Used if the patch
 *   changes columns or the form, or if rows have a key and the mode is not VV_PATCH_REJECT; not for
 *   a section with only some of the changes.
 * - With a key: a merge whose base and theirs are two small tables, made of the rows in the patch
 *   before and after the change. All other rows of the target are unchanged.
 * - Without a key: no merge; each row is found by content and position, and edited.
 */
#ifndef VV_DIFF_MERGE_PATCH_FIT_H
#define VV_DIFF_MERGE_PATCH_FIT_H

#include "dataset/table/import_options.h"
#include "diff/merge/options.h"
#include "diff/merge/patch_make.h"
#include "diff/merge/patch_rows.h"
#include "diff/merge/wanted_rows.h"

typedef struct vv_mem_sink vv_mem_sink;

/* Applies the section j->section to j->target. j->lines must read the section's first row next.
 * VV_ECONFLICT: changes did not fit, and were passed to opts->misfit; or the patch changes columns,
 * and the version from which it was made is missing. */
vv_status patch_fit_run(patch_job *j, vv_error *err);

/* The merge of a patch with the target. */
typedef struct patch_merge {
	patch_job *job; /* borrowed */
	vv_table base,  /* the patch's old version */
		theirs; /* the patch's new version */
	bool base_open; /* base is open */
	bool part;      /* base and theirs are the small tables made of the patch's rows */
	/* names of base's columns that identify rows, followed by NULL; borrowed; NULL: the key of
	 * the tables */
	const char **key;
	wanted_rows *conflicts;  /* receives hashes of the keys of conflicting rows; may be NULL */
	vv_mem_sink *made;       /* blocks of the patch's versions, and of the result */
	vv_sink blocks;          /* reads these blocks, and those of target and base; writes made */
	vv_import_result result; /* the merged version */
	vv_merge_stats stats;    /* the statistics of the merge */
} patch_merge;
/* Sets *m to the merge for a job, without versions. */
vv_status patch_merge_open(patch_merge *m, patch_job *j, vv_error *err);
void patch_merge_clear(patch_merge *m);
VV_AUTO_CLEAR(patch_merge, patch_merge_clear)

/* Opens the version from which the patch was made as m->base, and makes the patch's new version as
 * m->theirs. m->base_open remains false if opts->base is NULL or does not find that version. */
vv_status patch_merge_whole(patch_merge *m, vv_error *err);
/* Merges m->base, the target and m->theirs into m->result. Conflicts are reported as misfits, and
 * counted in m->stats. */
vv_status patch_merge_run(patch_merge *m, vv_error *err);
/* Sets the counts in m->job->done, and passes the result to opts->put, unless opts->check. */
vv_status patch_merge_give(patch_merge *m, vv_error *err);

/* Returns the hash of a key's text, in the form of vv_conflict.key. */
vv_hash128 patch_merge_key_hash(const vv_buf *text);

#endif
