/*
 * table_internal: functions for rules about whole tables. Private to check/rules.
 */
#ifndef VV_CHECK_RULES_TABLE_INTERNAL_H
#define VV_CHECK_RULES_TABLE_INTERNAL_H

#include "check/rules/emit.h"

/* ---- table_rules: do counts and sums of a version meet the rules of varve.checks? Private to check/rules ---- */

/* Checks all rules about the table and its groups, against o->base if they name it. Counts of each
 * row group are cached by the group's content, so only the new groups of a version are read. */
vv_status check_table_rules(check_run *r, check_emit *e, vv_error *err);

/* Passes these rules to o->explain without reading rows. */
vv_status check_table_explain(check_run *r, vv_error *err);

/* ---- explain: rules, the columns that they read, groups with kept results. Private to check/rules ---- */

/* Passes all rules of the plan to o->explain, except those of check_table_explain. The groups must
 * be listed, and facts and keys open. */
vv_status check_explain(check_run *r, vv_error *err);

/* Passes a rule that reads all groups. */
vv_status check_explain_give(const check_run *r, vv_check_explained *e, const vv_buf *reads,
			     vv_error *err);
/* Passes a rule that cannot be checked. name may be NULL. */
vv_status check_explain_unread(check_run *r, const char *rule, const char *name, const char *why,
			       vv_error *err);

/* ---- foreign_keys: has every key that a row refers to a row of its own? Private to check/rules ---- */

/* Checks all foreign keys of the plan, and reports findings and totals to e. */
vv_status check_refs_all(check_run *r, check_emit *e, vv_error *err);

#endif
