/*
 * columns: the columns of a file by a schema. For this room alone.
 *
 * A correct caller: check_labels, once; check_constraints for each column that has a field.
 */
#ifndef VV_CHECK_RULES_COLUMNS_H
#define VV_CHECK_RULES_COLUMNS_H

#include "check/rules/plan.h"

/* The header against the schema; fills the columns' fields. */
vv_status check_labels(check_plan *p, vv_error *err);
/* Fills a column's constraints from its field. */
vv_status check_constraints(check_plan *p, check_column *c, vv_error *err);

#endif
