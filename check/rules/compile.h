/*
 * compile: makes a plan from a schema and a rule set, and writes a plan as rules. Private to
 * check/rules.
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

/* ---- columns: matches the columns of a file with a schema ---- */

/* Compares the header with the schema, adds notes about differences, and sets the field of each
 * column. Call once. */
vv_status check_labels(check_plan *p, vv_error *err);
/* Sets the constraints of c, a column that has a field, to those of the field. Sets p->failed if
 * memory runs out. */
void check_constraints(check_plan *p, check_column *c);

/* ---- spell: writes a plan as lines of varve.checks ---- */

/* Appends a section of varve.checks with the rules of the plan. A comment in this section lists the
 * rules that varve.checks cannot express. */
vv_status check_plan_spell(vv_buf *out, const check_plan *p, vv_error *err);

#endif
