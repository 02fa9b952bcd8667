/*
 * compile: makes a plan from a schema and a rule set. Private to check/rules.
 */
#ifndef VV_CHECK_RULES_COMPILE_H
#define VV_CHECK_RULES_COMPILE_H

#include "check/rules/plan.h"

typedef struct vv_check_options vv_check_options;
typedef struct vv_table vv_table;

/* Makes the plan for checking t with the options o. Both must outlive the plan. Initialises *out, and
 * clears it after a failure. */
vv_status check_plan_make(check_plan *out, vv_table *t, const vv_check_options *o, vv_error *err);
/* Adds notes about likely mistakes (dataset/table/almost.h). Does nothing if the options have a base, a
 * schema or a vv_mend, or if the rule almost is off. */
vv_status check_plan_almost(check_plan *p, vv_error *err);

#endif
