/*
 * compile: a plan out of a schema and a rule set. For this room alone.
 */
#ifndef VV_CHECK_RULES_COMPILE_H
#define VV_CHECK_RULES_COMPILE_H

#include "check/rules/plan.h"

/* out is initialised by the call, and cleared after a failure. Borrows the table and o. */
vv_status check_plan_make(check_plan *out, vv_table *t, const vv_check_options *o, vv_error *err);

#endif
