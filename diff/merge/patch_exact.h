/*
 * patch_exact: applies a patch to the version from which it was made.
 */
#ifndef VV_DIFF_MERGE_PATCH_EXACT_H
#define VV_DIFF_MERGE_PATCH_EXACT_H

#include "diff/merge/patch_make.h"

/* Applies a section. j->target must be the section's old version, or NULL if the section has none.
 * The reader must be before the section's lines. VV_ECONFLICT: the result is not the new version;
 * this is already reported. */
vv_status patch_exact_run(patch_job *j, vv_error *err);

#endif
