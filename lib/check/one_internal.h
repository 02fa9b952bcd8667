/*
 * one_internal: datasets that are not checked. Private to one.
 */
#ifndef VV_LIB_CHECK_ONE_INTERNAL_H
#define VV_LIB_CHECK_ONE_INTERNAL_H

#include <stdbool.h>

#include "base/error.h"
#include "lib/check/list.h"
#include "lib/check/one.h"

/* Adds a finding to the report that *p, which the side does not have, cannot be checked. */
vv_status one_check_absent(vv_check_run *run, const vv_rules_file *rules, const vv_diff_side *side,
			   const vv_check_path *p, vv_error *err);

/* In a range of commits (run->in_range): sets *left to true, sends a note and counts the version if the
 * rows of `path` at the side have expired; otherwise counts the version as checked. */
vv_status one_leave_expired(bool *left, vv_check_run *run, const vv_diff_side *side,
			    const char *path, vv_error *err);

#endif
