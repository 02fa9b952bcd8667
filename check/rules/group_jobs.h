/*
 * group_jobs: the row groups of a version that must be read, read on all cores. For this room alone.
 */
#ifndef VV_CHECK_RULES_GROUP_JOBS_H
#define VV_CHECK_RULES_GROUP_JOBS_H

#include "check/rules/groups.h"

/* Reads each group that is not known, or that some key of the plan or r->more still wants: what the
 * rules count goes to r->counts, keys to check_keys_take. */
vv_status check_read_groups(check_run *r, vv_error *err);

#endif
