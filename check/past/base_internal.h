/*
 * base_internal: the parts of a check against a base, which base.c calls.
 */
#ifndef VV_CHECK_PAST_BASE_INTERNAL_H
#define VV_CHECK_PAST_BASE_INTERNAL_H

#include "check/past/base_findings.h"

/* ---- base_rows: checks types and keys against a base, and removed, added and changed rows ---- */

/* Checks the rule type-contradiction. Does nothing if the rule is off. */
void base_check_types(base_check *c);
/* Checks the rules about keys, and about removed, added and changed rows. Does nothing if its rules
 * are off. */
void base_check_rows(base_check *c);

/* Returns the number of values in column b of the checked table that do not have the type of column a
 * of the base. Reads only row groups that the base does not have. */
uint64_t base_count_contradictions(base_check *c, size_t a, size_t b);

/* ---- base_excel: finds values whose spelling Excel changed ---- */

/* Checks the rule spreadsheet. Does nothing if the rule is off. */
void base_check_excel(base_check *c);

/* ---- base_values: compares the values of columns with the values of a base ---- */

/* Checks the rules null-share, new-category, drift-psi and freshness. Does nothing if its rules are
 * off. */
void base_check_values(base_check *c);

#endif
