/*
 * bytes: patches of files that are not tables, and where a path changes from one to the other.
 */
#ifndef VV_DIFF_PATCH_BYTES_H
#define VV_DIFF_PATCH_BYTES_H

#include "diff/patch/make.h"
#include "diff/patch/text.h"

vv_status patch_bytes_write(patch_out *o, vv_table *a, vv_table *b, vv_error *err);
vv_status patch_bytes_run(patch_job *j, vv_error *err);

#endif
