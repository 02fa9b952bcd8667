/*
 * base: compares one version of a table with another, its base: reports losses, contradictions of former
 * properties, and values out of bounds. docs/use/rules.md has the measures.
 *
 * A correct caller: vv_check_base with both tables open and the rule set of the dataset (check/rules/rules.h);
 * findings are passed to the callback at once. The rules of one version (check/rules/check.h) are checked
 * elsewhere; vv_base_recode (contradiction.h) marks those of their findings that contradict the base.
 *
 * Cost follows the change: groups that both versions have are not read. Distributions are kept by version in
 * the cache, so that the next version's are made from the groups that differ; without it the needed columns
 * are read whole.
 *
 * Codes, and what a setting's bounds mean (b: of the base, as a share or as a count):
 *   column-removed     a column of the base is gone (a renamed one too, with its new name)
 *   column-added       a column that the base does not have
 *   column-retyped     a column's declared type or format changed
 *   type-contradiction a value does not match the base's type; with a proposal
 *   key-broken         the base's key repeats, misses values, or lost a column
 *   key-lost           a key of the base is gone; max: how many may be (b)
 *   rows-removed       rows of the base are gone; max (b)
 *   rows-added         rows that the base did not have; min, max (b)
 *   cells-changed      cells of rows that both have; max: of all these cells
 *   spreadsheet        Excel wrote the file, and spelled values in another way
 *   null-share         the share of missing values rose by more than max (a share)
 *   new-category       a value that the column did not have; max: how many may be (b)
 *   drift-psi          population stability index; max as a share: 0.2 is 200,000,000
 *   freshness          the newest date of the column is older than max_age before `now`;
 *                      needs no base
 *   no-key             a rule needs a key, and the table has none
 * column-removed, column-retyped, type-contradiction, spreadsheet and key-broken need no bounds and are
 * on by default.
 */
#ifndef VV_CHECK_PAST_BASE_H
#define VV_CHECK_PAST_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "check/past/options.h"
#include "check/rules/finding.h"
#include "dataset/table/table.h"

/* base: NULL for a new path: then only freshness is checked. For files that are not tables (kind "file"),
 * the call returns VV_OK without findings. If a rule cannot be checked, because a column or the key is
 * missing, that is reported as a finding of the rule. */
vv_status vv_check_base(vv_table *base, vv_table *t, const vv_base_options *o, vv_error *err);

#endif
