/*
 * options: the options of a merge, its conflicts and its statistics.
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
	VV_CONFLICT_CELL, /* both sides changed the cell, to different values */
	/* both sides added a row with the same key and different cells (one conflict for each
	 * cell) */
	VV_CONFLICT_ROW_ADDED,
	VV_CONFLICT_ROW_REMOVED, /* one side removed the row, and the other changed it */
	/* one side dropped the column, and the other changed its cells */
	VV_CONFLICT_COLUMN_REMOVED,
	/* both sides changed the column's definition or name, in different ways */
	VV_CONFLICT_COLUMN,
	VV_CONFLICT_KEY,    /* the declared keys are different */
	VV_CONFLICT_ABOVE,  /* both sides changed the same lines above the table */
	VV_CONFLICT_BELOW,  /* both sides changed the same lines below the table */
	VV_CONFLICT_AROUND, /* JSON: both sides changed the same members outside of the rows */
	/* one side removed the table and the other changed it, the kinds are different, or the
	 * versions have nothing in common */
	VV_CONFLICT_TABLE
} vv_conflict_kind;

/* A conflict. Borrowed during the call. A cell whose text is NULL was removed or is absent. */
typedef struct vv_conflict {
	vv_conflict_kind kind;
	const char *key; /* the row's key as a JSON array of texts; may be NULL */
	/* number of the row in the merged table if ours has the row; else UINT64_MAX */
	uint64_t row;
	const char *column; /* name of the column; may be NULL */
	/* values of the cell; NULL: the conflict is not about a cell */
	const vv_cell *base, *ours, *theirs;
	/* for a row without a key that one side removed: its cells in base, ours and theirs, each
	 * NULL if that version lacks the row */
	const vv_cell *rows[3];
	const vv_schema *schemas[3]; /* if rows is set: the schemas of these versions */
	uint64_t at[3];              /* if rows is set: the row's numbers in these versions */
	/* if ours removed the row: number of the row of the merged table that follows its place */
	uint64_t before;
	/* for a column or table: a sentence; for a cell: why its rule does not decide; may be
	 * NULL */
	const char *detail;
} vv_conflict;

/* The version to use in a conflict about a column or the key. */
typedef enum vv_merge_take { VV_TAKE_BASE, VV_TAKE_OURS, VV_TAKE_THEIRS } vv_merge_take;

/* Decides a conflict of this kind (COLUMN_REMOVED, COLUMN, KEY, ABOVE, BELOW or AROUND) about this
 * column, as the conflict was reported. column NULL: decides the conflict that has no column. */
typedef struct vv_merge_decision {
	vv_conflict_kind kind;
	const char *column;
	vv_merge_take take;
} vv_merge_decision;

typedef struct vv_merge_options {
	/* columns that identify rows, ended by NULL; NULL: the tables' own key */
	const char *const *key;
	/* base and theirs have a key, but only some of the rows; the other rows of ours stay
	 * unchanged at their places */
	bool part;
	vv_status (*conflict)(void *payload, const vv_conflict *c, vv_error *err); /* may be NULL */
	void *payload;
	const vv_merge_decision *decisions; /* conflicts with a decision are not reported */
	size_t decision_count;
	const vv_merge_rules *rules; /* borrowed; NULL: no rules */
	/* the reason why both sides may contain the same change, so that a sum would count it
	 * twice; NULL: they do not */
	const char *twice;
	/* commit ids, which determine the order of rows that both sides inserted at the same
	 * place */
	const char *ours_id, *theirs_id;
	const char *temp_dir;
	vv_pool *pool;
	const vv_progress *progress;
	uint64_t secret;
} vv_merge_options;

typedef struct vv_merge_stats {
	uint64_t conflicts;
	uint64_t rows_from_theirs, cells_from_theirs, rows_removed_by_theirs;
	uint64_t rows_changed_by_theirs; /* number of rows that have cells_from_theirs */
	/* took_theirs: ours equals base, so the result is theirs; took_ours: theirs equals base, so
	 * the result is ours */
	bool took_theirs, took_ours;
	/* number of cells that both sides changed and a rule decided */
	uint64_t by_rule[VV_MERGE_RULES];
	/* number of rows that one side removed and the other changed, and that a rule kept or
	 * deleted */
	uint64_t rows_kept, rows_deleted;
} vv_merge_stats;

#endif
