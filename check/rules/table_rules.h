/*
 * table_rules: do counts and sums of a version meet the rules of varve.checks? For this room alone.
 */
#ifndef VV_CHECK_RULES_TABLE_RULES_H
#define VV_CHECK_RULES_TABLE_RULES_H

#include "check/rules/emit.h"

/* All rules about the table and its groups, against o->base where they name it. What a row group counts is kept by its
 * content, so that a version costs what is new. */
vv_status check_table_rules(check_run *r, check_emit *e, vv_error *err);

#endif
