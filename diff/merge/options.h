/*
 * options: the options of a merge, and its reports: conflicts and statistics.
 */
#ifndef VV_DIFF_MERGE_OPTIONS_H
#define VV_DIFF_MERGE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/progress.h"
#include "base/thread.h"
#include "dataset/format/cell.h"
#include "dataset/schema/schema.h"
#include "diff/merge/rules.h"

typedef enum vv_conflict_kind {
	VV_CONFLICT_CELL, /* both sides changed the cell differently */
	/* both sides added the key with different cells (one conflict for each cell) */
	VV_CONFLICT_ROW_ADDED,
	VV_CONFLICT_ROW_REMOVED,    /* one side removed the row, the other changed it */
	VV_CONFLICT_COLUMN_REMOVED, /* one side dropped the column, the other edited its cells */
	/* both sides changed the column's definition, or its name, differently */
	VV_CONFLICT_COLUMN,
	VV_CONFLICT_KEY,    /* the declared keys differ */
	VV_CONFLICT_ABOVE,  /* both sides changed the same lines above the table */
	VV_CONFLICT_BELOW,  /* both sides changed the same lines below the table */
	VV_CONFLICT_AROUND, /* JSON: both sides changed the same members outside of the rows */
	/* one side removed the table and the other changed it, the kinds differ, or nothing is
	 * common */
	VV_CONFLICT_TABLE
} vv_conflict_kind;

/* A conflict. Borrowed during the call. A NULL text: removed or absent. */
typedef struct vv_conflict {
	vv_conflict_kind kind;
	const char *key;    /* the row's key as JSON array of texts, or NULL */
	uint64_t row;       /* row of the merged table (where ours has it), or UINT64_MAX */
	const char *column; /* name, or NULL */
	const vv_cell *base, *ours, *theirs; /* a cell's values, or NULL */
	/* for a row without a key that one side removed: its cells in base, ours and theirs; NULL:
	 * the version lacks the row */
	const vv_cell *rows[3];
	const vv_schema *schemas[3]; /* with rows */
	uint64_t at[3];              /* with rows: their row numbers in these versions */
	/* for such a row that ours removed: the merged row before which its place is */
	uint64_t before;
	/* for columns and tables: a sentence; for a cell: why its rule does not decide; may be NULL */
	const char *detail;
} vv_conflict;

/* The version to use for a conflict of a column or of the key. */
typedef enum vv_merge_take { VV_TAKE_BASE, VV_TAKE_OURS, VV_TAKE_THEIRS } vv_merge_take;

/* Decides the conflicts of this kind (COLUMN_REMOVED, COLUMN, KEY, ABOVE, BELOW, AROUND) and column, as reported;
 * column NULL: those without a column. */
typedef struct vv_merge_decision {
	vv_conflict_kind kind;
	const char *column;
	vv_merge_take take;
} vv_merge_decision;

typedef struct vv_merge_options {
	const char *const *key; /* NULL: the tables' own key */
	/* base and theirs have a key, and only some of the rows; all other rows are those of ours,
	 * unchanged and at their places in ours */
	bool part;
	vv_status (*conflict)(void *payload, const vv_conflict *c, vv_error *err); /* may be NULL */
	void *payload;
	const vv_merge_decision *decisions; /* decided conflicts are not reported */
	size_t decision_count;
	const vv_merge_rules *rules; /* borrowed; NULL: no rules */
	/* why both sides may contain the same change, so that a sum would count it twice; NULL:
	 * they do not */
	const char *twice;
	/* commit ids, which determine the order of rows that both sides inserted at the same place */
	const char *ours_id, *theirs_id;
	const char *temp_dir;
	vv_pool *pool;
	const vv_progress *progress;
	uint64_t secret;
} vv_merge_options;

typedef struct vv_merge_stats {
	uint64_t conflicts;
	uint64_t rows_from_theirs, cells_from_theirs, rows_removed_by_theirs;
	uint64_t rows_changed_by_theirs; /* with cells_from_theirs */
	bool took_theirs, took_ours;     /* one side equals base, so the other side is the result */
	uint64_t by_rule[VV_MERGE_RULES]; /* cells that both sides changed and a rule decided */
	uint64_t rows_kept,
		/* decided by a rule: rows that one side removed and the other edited */
		rows_deleted;
} vv_merge_stats;

#endif
