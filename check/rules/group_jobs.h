/*
 * group_jobs: reads the required row groups of a version, on all cores. Private to check/rules.
 */
#ifndef VV_CHECK_RULES_GROUP_JOBS_H
#define VV_CHECK_RULES_GROUP_JOBS_H

#include "check/rules/groups.h"

/* Reads each group that is not cached, or that a key of the plan or r->more still needs. Adds the
 * rules' counts to r->counts, and passes keys to check_keys_take. */
vv_status check_read_groups(check_run *r, vv_error *err);

#endif
