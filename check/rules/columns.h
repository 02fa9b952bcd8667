/*
 * columns: matches the columns of a file with a schema.
 */
#ifndef VV_CHECK_RULES_COLUMNS_H
#define VV_CHECK_RULES_COLUMNS_H

#include "check/rules/plan.h"

/* Compares the header with the schema, adds notes about differences, and sets the field of each
 * column. Call once. */
vv_status check_labels(check_plan *p, vv_error *err);
/* Sets the constraints of c, a column that has a field, to those of the field. Sets p->failed if
 * memory runs out. */
void check_constraints(check_plan *p, check_column *c);

#endif
