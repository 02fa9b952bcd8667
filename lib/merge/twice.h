/*
 * twice: is one change of a counted column on both sides of a merge, so that a sum would count it twice?
 *
 * Author, time and subject do not tell: a squash merge, `cherry-pick -n` or a patch makes another commit of the same change, and two
 * programs may commit in the same second. So the versions of the table are compared. Each step of a side, or several in a row, is
 * picked onto the version before each step of the other side that changes a counted cell by as much: a step that has what the pick
 * gives, in all cells that were picked, may be a copy. What was added to a copy in the same cells, and a change that is one part of
 * a larger amount, is not found.
 */
#ifndef VV_LIB_MERGE_TWICE_H
#define VV_LIB_MERGE_TWICE_H

#include "diff/merge/rules.h"
#include "lib/merge/tables.h"

/* *why: a literal; NULL: no change is on both sides, or no counted cell was changed by both. */
vv_status vv_merge_twice(const char **why, const vv_merge_rules *rules, const vv_dataset_merge *in,
			 vv_error *err);

#endif
