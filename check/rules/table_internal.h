/*
 * table_internal: rules about whole tables.
 */
#ifndef VV_CHECK_RULES_TABLE_INTERNAL_H
#define VV_CHECK_RULES_TABLE_INTERNAL_H

#include "check/rules/emit.h"

/* ---- table_rules: do counts and sums of a version meet the rules of varve.checks? For this room alone ---- */

/* All rules about the table and its groups, against o->base where they name it. What a row group counts is kept by its
 * content, so that a version costs what is new. */
vv_status check_table_rules(check_run *r, check_emit *e, vv_error *err);

/* ---- foreign_keys: has every key that a row refers to a row of its own? For this room alone ---- */

/* Follows all foreign keys of the plan; findings and totals go to e. */
vv_status check_refs_all(check_run *r, check_emit *e, vv_error *err);

#endif
