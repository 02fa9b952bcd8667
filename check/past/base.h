/*
 * base: compares a version of a table with an older version, its base, and reports lost data,
 * values that contradict properties of the base, and measures that are out of bounds.
 * docs/use/rules.md defines the measures.
 *
 * A correct caller calls vv_check_base with both tables open and the rule set of the dataset
 * (check/rules/rules.h). Each finding is passed to the callback when it is found. The rules for a
 * single version are checked elsewhere (check/rules/check.h). The caller passes each of their findings
 * to vv_base_recode (contradiction.h), which changes the rule of a finding about a value that does not
 * have the type of the base's column.
 *
 * Time depends on the size of the change: groups that both versions have are not read. The cache
 * stores the distributions of each version, so that those of the next version are computed from the
 * groups that differ. Without the cache, the needed columns are read completely.
 *
 * These are the codes of the rules, and their bounds min and max (vv_rule_setting). A bound marked (b)
 * is a count, or a share of the same quantity of the base. A share, and the index of drift-psi, are
 * stored as a number of billionths: 0.2 is stored as 200,000,000.
 *   column-removed     a column of the base is missing, or has a new name, which is reported
 *   column-added       a column that the base does not have
 *   column-retyped     a column's declared type or format changed
 *   type-contradiction a value does not match the base's type; the finding proposes a type
 *   key-broken         the base's key is no longer unique, has missing values, or lost a column
 *   key-lost           a key of the base is missing; max: the number of lost keys (b)
 *   rows-removed       rows of the base are missing; max (b)
 *   rows-added         rows that the base did not have; min, max (b)
 *   cells-changed      changed cells in rows that both versions have; max: a count, or a share of
 *                      all cells of these rows
 *   spreadsheet        Excel wrote the file, and changed how values are spelled
 *   null-share         the share of missing values rose by more than max (a share)
 *   new-category       a value that the column did not have; max: the number of such values (b)
 *   drift-psi          population stability index above max
 *   freshness          the newest date of the column is older than max_age before `now`;
 *                      needs no base
 *   change-constraint  a rule of varve.checks about changed rows is not met
 *   no-key             a rule needs a key in both versions, and one version has none
 * column-removed, column-retyped, type-contradiction, spreadsheet and key-broken need no bounds and
 * are on by default.
 */
#ifndef VV_CHECK_PAST_BASE_H
#define VV_CHECK_PAST_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "check/past/options.h"
#include "check/rules/finding.h"

typedef struct vv_table vv_table;

/* Checks t against base by the rules in how->check.rules, and passes findings to how->check.finding. base may be
 * NULL: the path is new, and only freshness is checked. Reports nothing for files that are not
 * tables (kind "file"). If a rule cannot be checked because a column or the key is missing, reports
 * a finding of the rule. */
vv_status vv_check_base(vv_table *base, vv_table *t, const vv_base_options *how, vv_error *err);

#endif
