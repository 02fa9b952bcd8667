/*
 * merge: merges two versions of a table with their common base.
 *
 * Rules: docs/use/merge.md (a table of small cases is in tests/unit/diff/merge_cases.txt). By row
 * and cell: a conflict only where both sides changed the same cell to different values, or one
 * removed a row (column) whose values the other changed, or both added a row of one key with
 * different cells. Columns merge by identity (diff/rows/columns.h). Deterministic and symmetric:
 * merge(base, x, y) and merge(base, y, x) have the same root and the same conflicts with the sides
 * exchanged.
 */
#ifndef VV_DIFF_MERGE_MERGE_H
#define VV_DIFF_MERGE_MERGE_H

#include "base/error.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"
#include "diff/merge/options.h"

/* Merges into the sink; *out is imported like an added file (its root, counts). With conflicts the
 * result has ours at those places, and is a valid table. base NULL: no common version (rows added
 * by both are compared). VV_ECONFLICT is not used for conflicts: they are counted in *stats. */
vv_status vv_merge_tables(vv_import_result *out, vv_merge_stats *stats, vv_table *base,
			  vv_table *ours, vv_table *theirs, const vv_sink *sink,
			  const vv_merge_options *opts, vv_error *err);

#endif
