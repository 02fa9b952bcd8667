/*
 * merge: merges two versions of a table with their common base.
 *
 * Rules: docs/use/merge.md (a table of small cases is in tests/unit/diff/merge_cases.txt). Rows and
 * cells are merged: there is a conflict only if both sides changed the same cell to different
 * values, or one side removed a row or column whose values the other changed, or both added a row
 * with the same key and different cells. Columns merge by identity (diff/rows/columns.h).
 * Deterministic and symmetric: merge(base, x, y) and merge(base, y, x) have the same root and the
 * same conflicts with the sides exchanged.
 */
#ifndef VV_DIFF_MERGE_MERGE_H
#define VV_DIFF_MERGE_MERGE_H

#include "base/error.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"
#include "diff/merge/options.h"

/* Merges base, ours and theirs into the sink. The result is imported like an added file; *out has
 * its root and counts. If there are conflicts, the result has the values of ours at these places,
 * and is a valid table. base NULL: no common version; rows that both added are compared. Conflicts
 * do not cause VV_ECONFLICT: they are counted in *stats. */
vv_status vv_merge_tables(vv_import_result *out, vv_merge_stats *stats, vv_table *base,
			  vv_table *ours, vv_table *theirs, const vv_sink *sink,
			  const vv_merge_options *opts, vv_error *err);

#endif
