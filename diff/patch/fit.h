/*
 * fit: applies a section to another version of its table.
 */
#ifndef VV_DIFF_PATCH_FIT_H
#define VV_DIFF_PATCH_FIT_H

#include "diff/patch/make.h"

vv_status patch_fit_run(patch_job *j, vv_error *err);

#endif
