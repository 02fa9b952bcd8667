/*
 * one: checking one dataset.
 */
#ifndef VV_CMD_WORK_CHECK_ONE_H
#define VV_CMD_WORK_CHECK_ONE_H

#include "cmd/work/check/list.h"
#include "cmd/work/check/run.h"

/* A path of the side, as it was listed; base may be NULL, or lack the path. trailers: may be
 * NULL. One that is absent is a finding. */
vv_status vv_check_dataset(vv_check_run *run, const vv_rules_file *rules,
			   const vv_accepts *trailers, const vv_diff_side *side,
			   const vv_diff_side *base, const vv_check_path *path, vv_error *err);

/* Something of a side that cannot be looked at, as a finding of the rule at path. */
vv_status vv_check_unread(vv_check_run *run, const vv_rules_file *rules, const vv_accepts *trailers,
			  const vv_diff_side *side, const char *path, const vv_finding *f,
			  vv_error *err);

#endif
