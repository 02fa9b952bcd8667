/*
 * patch_exact: a patch applied to the very version that it was made from.
 */
#ifndef VV_DIFF_MERGE_PATCH_EXACT_H
#define VV_DIFF_MERGE_PATCH_EXACT_H

#include "diff/merge/patch_make.h"

/* j's target is the section's old version, NULL where that has none; the section's lines come next. VV_ECONFLICT,
 * reported, if the result is not the new version. */
vv_status patch_exact_run(patch_job *j, vv_error *err);

#endif
