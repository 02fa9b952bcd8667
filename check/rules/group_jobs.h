/*
 * group_jobs: reads the row groups that a check needs, in the threads of the pool. Private to
 * check/rules.
 */
#ifndef VV_CHECK_RULES_GROUP_JOBS_H
#define VV_CHECK_RULES_GROUP_JOBS_H

#include "check/rules/groups.h"

/* Reads each group without a cached result, and each group that a key of the plan (check_keys_wants) or
 * r->more needs. Sets the results of the groups (check_group_info), adds the numbers of faults to
 * r->counts, and passes keys to check_keys_take. */
vv_status check_read_groups(check_run *r, vv_error *err);

#endif
