/*
 * table_internal: functions for rules about whole tables. Private to check/rules.
 */
#ifndef VV_CHECK_RULES_TABLE_INTERNAL_H
#define VV_CHECK_RULES_TABLE_INTERNAL_H

#include "check/rules/check.h"
#include "check/rules/emit.h"

/* ---- table_rules: checks counts and sums of a version against the rules of varve.checks ---- */

/* Checks all rules about the table and its groups of rows. The rules may compare with r->o->base. Counts
 * of each row group are cached by the group's content, so only the new row groups of a version are
 * read. */
vv_status check_table_rules(check_run *r, check_emit *e, vv_error *err);

/* Passes descriptions of the rules about the table to r->o->explain, without reading rows. */
vv_status check_table_explain(check_run *r, vv_error *err);

/* ---- explain: describes the rules, the data that they read, and the cached results ---- */

/* Passes descriptions of all other rules of the plan to r->o->explain. Call check_groups_list,
 * check_facts_load and check_keys_open first. */
vv_status check_explain(check_run *r, vv_error *err);

/* Passes e, the description of a rule that reads all row groups, to r->o->explain. reads: the text for
 * e->reads. */
vv_status check_explain_give(const check_run *r, vv_check_explained *e, const vv_buf *reads,
			     vv_error *err);
/* Passes the description of a rule that cannot be checked to r->o->explain. name may be NULL. why: the
 * reason. */
vv_status check_explain_unread(check_run *r, const char *rule, const char *name, const char *why,
			       vv_error *err);

/* ---- foreign_keys: checks that the key to which a row refers exists ---- */

/* Checks all foreign keys of the plan, and reports findings and totals with e. */
vv_status check_refs_all(check_run *r, check_emit *e, vv_error *err);

#endif
