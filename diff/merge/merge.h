/*
 * merge: merges two versions of a table with their common base.
 *
 * The two versions are the sides, ours and theirs. Rows and cells are merged by the rules of
 * docs/use/merge.md (tests/unit/diff/merge_cases.txt has small cases). Unless a rule decides,
 * changes of rows and cells conflict only if both sides changed the same cell to different values,
 * if one side removed a row or column whose values the other side changed, or if both sides added a
 * row with the same key and different cells. Columns are matched by diff/rows/columns.h.
 *
 * The merge is deterministic and symmetric. merge(base, x, y) and merge(base, y, x), with the
 * commit ids exchanged as well, report the same conflicts with the sides exchanged; without
 * conflicts, they have the same root.
 */
#ifndef VV_DIFF_MERGE_MERGE_H
#define VV_DIFF_MERGE_MERGE_H

#include "base/error.h"
#include "diff/merge/options.h"

typedef struct vv_import_result vv_import_result;
typedef struct vv_sink vv_sink;
typedef struct vv_table vv_table;

/* Merges ours and theirs with their common version base, stores the result with sink, and sets *out
 * to its root and counts, as vv_import does; the caller clears *out, also after a failure. base may
 * be NULL: without a common version, all rows count as added by the sides. A conflict does not
 * cause VV_ECONFLICT: it is counted in *stats and passed to opts->conflict, and the result, which
 * is a valid table even then, has the value of ours. If the versions cannot be merged row by row,
 * the conflict is VV_CONFLICT_TABLE or VV_CONFLICT_KEY, and the result is ours as a whole. If
 * comments would be lost or encodings mixed, this is found last: conflicts of rows and cells were
 * then passed on before, with row numbers of the result that is not used.
 * VV_EREFUSED: the merged table would have too many columns, or its text would be read as other
 * rows. VV_ENOTFOUND: not all versions have the columns of opts->key. */
vv_status vv_merge_tables(vv_import_result *out, vv_merge_stats *stats, vv_table *base,
			  vv_table *ours, vv_table *theirs, const vv_sink *sink,
			  const vv_merge_options *opts, vv_error *err);

#endif
