/*
 * patch_exact: applies a patch to the version from which it was made.
 */
#ifndef VV_DIFF_MERGE_PATCH_EXACT_H
#define VV_DIFF_MERGE_PATCH_EXACT_H

#include "diff/merge/patch_make.h"

/* Applies the section j->section, whose lines j->lines reads next. j->target must be the section's
 * old version, or NULL if the section adds the file. VV_ECONFLICT: the result is not the new
 * version; this was reported to the caller of vv_patch_apply. */
vv_status patch_exact_run(patch_job *j, vv_error *err);

#endif
