/*
 * compile: makes a plan from a schema and a rule set, and writes a plan as rules. Private to
 * check/rules.
 */
#ifndef VV_CHECK_RULES_COMPILE_H
#define VV_CHECK_RULES_COMPILE_H

#include "check/rules/plan.h"

/* Makes the plan; initialises *out, and clears it after a failure. Borrows the table and o. */
vv_status check_plan_make(check_plan *out, vv_table *t, const vv_check_options *o, vv_error *err);
/* For a table without a base or declared columns: adds near misses (dataset/table/almost.h). */
vv_status check_plan_almost(check_plan *p, vv_error *err);

/* ---- columns: matches the columns of a file with a schema ---- */

/* Compares the header with the schema, and sets the field of each column. Called once. */
vv_status check_labels(check_plan *p, vv_error *err);
/* Fills the constraints of a column that has a field. */
vv_status check_constraints(check_plan *p, check_column *c, vv_error *err);

/* ---- spell: a plan in the words of varve.checks ---- */

/* Appends the section of the table. A comment names the rules that varve.checks cannot express. */
vv_status check_plan_spell(vv_buf *out, const check_plan *p, vv_error *err);

#endif
