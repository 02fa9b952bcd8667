/*
 * check_one: checking one dataset.
 */
#ifndef VV_CMD_CHECK_ONE_H
#define VV_CMD_CHECK_ONE_H

#include "cmd/check_run.h"

/* path of the side; base may be NULL, or lack the path. trailers: may be NULL. */
vv_status vv_check_dataset(vv_check_run *run, const vv_rules_file *rules,
			   const vv_accepts *trailers, const vv_diff_side *side,
			   const vv_diff_side *base, const char *path, vv_error *err);

/* The package describes a path that the side does not have. */
vv_status vv_check_absent(vv_check_run *run, const vv_rules_file *rules, const vv_accepts *trailers,
			  const vv_diff_side *side, const char *path, const char *package,
			  vv_error *err);

#endif
