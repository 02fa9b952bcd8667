/*
 * spell: writes a plan as lines of varve.checks.
 */
#ifndef VV_CHECK_RULES_SPELL_H
#define VV_CHECK_RULES_SPELL_H

#include "check/rules/plan.h"

/* Appends a section of varve.checks with the rules of the plan. A comment in this section lists the
 * rules that varve.checks cannot express. */
vv_status check_plan_spell(vv_buf *out, const check_plan *p, vv_error *err);

#endif
