/*
 * merge: two versions of a table and their common one become one.
 *
 * Rules: docs/merge.md (a table of small cases is in tests/unit/diff/merge_cases.txt).
 * By row and cell: a conflict only where both sides changed the same cell to different
 * values, or one removed a row (column) whose values the other changed, or both added a
 * row of one key with different cells. Columns merge by identity (diff/rows/columns.h).
 * Deterministic and symmetric: merge(base, x, y) and merge(base, y, x) give the same
 * root and the same conflicts with the sides exchanged.
 */
#ifndef VV_DIFF_MERGE_MERGE_H
#define VV_DIFF_MERGE_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/progress.h"
#include "base/thread.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"

typedef enum vv_conflict_kind {
	VV_CONFLICT_CELL,        /* both changed it differently */
	VV_CONFLICT_ROW_ADDED,   /* both added the key with different cells (one record a cell) */
	VV_CONFLICT_ROW_REMOVED, /* one removed the row, the other changed it */
	VV_CONFLICT_COLUMN_REMOVED, /* one dropped the column, the other edited cells of it */
	/* both changed the column's definition differently, or its name */
	VV_CONFLICT_COLUMN,
	VV_CONFLICT_KEY,  /* the declared keys differ */
	VV_CONFLICT_TABLE /* removed against changed, kinds differ, nothing in common */
} vv_conflict_kind;

/* Borrowed during the call. NULL text: not there (removed, absent). */
typedef struct vv_conflict {
	vv_conflict_kind kind;
	const char *key;                     /* the row's key as JSON array of texts, or NULL */
	uint64_t row;                        /* in the merged table (ours' place), or UINT64_MAX */
	const char *column;                  /* name, or NULL */
	const vv_cell *base, *ours, *theirs; /* a cell's values; NULL: none */
	const char *detail;                  /* for columns and tables: one sentence */
} vv_conflict;

/* What stands where a conflict of a column or of the key would be. */
typedef enum vv_merge_take { VV_TAKE_BASE, VV_TAKE_OURS, VV_TAKE_THEIRS } vv_merge_take;

/* Decides the conflicts of this kind (COLUMN_REMOVED, COLUMN, KEY) and column, as they were
 * told; column NULL: those that name none. */
typedef struct vv_merge_decision {
	vv_conflict_kind kind;
	const char *column;
	vv_merge_take take;
} vv_merge_decision;

typedef struct vv_merge_options {
	const char *const *key; /* NULL: the tables' own */
	vv_status (*conflict)(void *payload, const vv_conflict *c, vv_error *err); /* may be NULL */
	void *payload;
	const vv_merge_decision *decisions; /* what they decide is reported as a conflict no more */
	size_t decision_count;
	/* commit ids: order rows that both inserted at one place */
	const char *ours_id, *theirs_id;
	const char *temp_dir;
	vv_pool *pool;
	const vv_progress *progress;
	uint64_t secret;
} vv_merge_options;

typedef struct vv_merge_stats {
	uint64_t conflicts;
	uint64_t rows_from_theirs, cells_from_theirs, rows_removed_by_theirs;
	bool took_theirs, took_ours; /* one side was the base: nothing to merge */
} vv_merge_stats;

/* Merges into the sink; *out is imported like an added file (its root, counts). Where
 * there are conflicts the result holds ours at those places, and is a valid table. base
 * NULL: none in common (rows added by both are compared). VV_ECONFLICT is not used for
 * conflicts: they are counted in *stats. */
vv_status vv_merge_tables(vv_import_result *out, vv_merge_stats *stats, vv_table *base,
			  vv_table *ours, vv_table *theirs, const vv_sink *sink,
			  const vv_merge_options *opts, vv_error *err);

#endif
