/*
 * patch_exact: applies a patch to the version from which it was made.
 */
#ifndef VV_DIFF_MERGE_PATCH_EXACT_H
#define VV_DIFF_MERGE_PATCH_EXACT_H

#include "diff/merge/patch_make.h"

/* Applies the section j->section. j->lines must read the section's first row next. j->target must
 * be the section's old version, or NULL if the section adds the file. Sets the counts in j->done,
 * and j->done.exact. VV_ECONFLICT: the result is not the section's new version; this was passed to
 * opts->misfit. */
vv_status patch_exact_run(patch_job *j, vv_error *err);

#endif
