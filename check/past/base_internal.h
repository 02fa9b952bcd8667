/*
 * base_internal: the parts of a check against a base, which base.c calls.
 */
#ifndef VV_CHECK_PAST_BASE_INTERNAL_H
#define VV_CHECK_PAST_BASE_INTERNAL_H

#include "check/past/base_findings.h"

/* ---- base_rows: checks types and keys against a base, and removed, added and changed rows ---- */

/* Checks the rule type-contradiction. Does nothing if the rule is off, or if the columns are
 * declared. */
vv_status base_check_types(base_check *c, vv_error *err);
/* Checks the rules key-lost, rows-removed, rows-added and cells-changed, and the rules of varve.checks
 * about changed rows. Does nothing if all these rules are off. */
vv_status base_check_rows(base_check *c, vv_error *err);

/* Sets *out to the number of values in column b of the checked table that have the type of b, but not
 * the type of column a of the base. Reads only the row groups that the base does not have if a and b
 * are equal, else all groups. */
vv_status base_count_contradictions(base_check *c, size_t a, size_t b, uint64_t *out,
				    vv_error *err);

/* ---- base_excel: finds values whose spelling Excel changed ---- */

/* Checks the rule spreadsheet. Does nothing if the rule is off. */
vv_status base_check_excel(base_check *c, vv_error *err);

/* ---- base_values: compares the values of columns with the values of a base ---- */

/* Checks the rules null-share, new-category and drift-psi, unless there is no base, and freshness. Does
 * nothing if these rules are off. */
vv_status base_check_values(base_check *c, vv_error *err);

#endif
