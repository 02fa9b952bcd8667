/*
 * merge: merges two versions of a table with their common base.
 *
 * The two versions are the sides, ours and theirs. Rows and cells are merged by the rules of
 * docs/use/merge.md (tests/unit/diff/merge_cases.txt has small cases). Unless a rule decides,
 * changes of rows and cells conflict only if both sides changed the same cell to different values,
 * if one side removed a row or column whose values the other side changed, or if both sides added a
 * row with the same key and different cells. Columns are matched by diff/rows/columns.h. The merge
 * is deterministic and symmetric: merge(base, x, y) and merge(base, y, x), with the commit ids
 * exchanged as well, have the same conflicts with the sides exchanged and, without conflicts, the
 * same root.
 */
#ifndef VV_DIFF_MERGE_MERGE_H
#define VV_DIFF_MERGE_MERGE_H

#include "base/error.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"
#include "diff/merge/options.h"

/* Merges ours and theirs with their common version base, stores the result with sink, and sets *out
 * to its root and counts, as vv_import does. In a conflict, the result has the value of ours; the
 * result is a valid table even with conflicts. base may be NULL: without a common version, all rows
 * count as added by the sides. Conflicts do not cause VV_ECONFLICT; *stats has their number, and
 * opts->conflict receives them. */
vv_status vv_merge_tables(vv_import_result *out, vv_merge_stats *stats, vv_table *base,
			  vv_table *ours, vv_table *theirs, const vv_sink *sink,
			  const vv_merge_options *opts, vv_error *err);

#endif
