/*
 * patch_fit: a patch applied to another version of its table than the one that it was made from.
 *
 * Each line of the patch finds its row; the old cells are compared with those of the row, and cells, the lines above the
 * row and its spelling are merged one by one. A patch that changes columns, or how the file is written, is
 * merged as versions are (diff/merge), through the version that it was made from, where that is here.
 */
#ifndef VV_DIFF_MERGE_PATCH_FIT_H
#define VV_DIFF_MERGE_PATCH_FIT_H

#include "diff/merge/patch_make.h"

/* The section's lines come next. VV_ECONFLICT: reported. */
vv_status patch_fit_run(patch_job *j, vv_error *err);

/* By versions. *merged false: the version is not here, or it does not merge; nothing was reported then. report: conflicts are reported. */
vv_status patch_merge_run(patch_job *j, bool report, bool *merged, vv_error *err);

#endif
