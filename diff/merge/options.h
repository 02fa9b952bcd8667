/*
 * options: options and report of a merge: conflicts and figures.
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
	VV_CONFLICT_CELL,        /* both changed it differently */
	VV_CONFLICT_ROW_ADDED,   /* both added the key with different cells (one record a cell) */
	VV_CONFLICT_ROW_REMOVED, /* one removed the row, the other changed it */
	VV_CONFLICT_COLUMN_REMOVED, /* one dropped the column, the other edited cells of it */
	/* both changed the column's definition differently, or its name */
	VV_CONFLICT_COLUMN,
	VV_CONFLICT_KEY,    /* the declared keys differ */
	VV_CONFLICT_ABOVE,  /* both changed the same lines above the table */
	VV_CONFLICT_BELOW,  /* likewise below it */
	VV_CONFLICT_AROUND, /* JSON: both changed the same members beside the rows */
	VV_CONFLICT_TABLE   /* removed against changed, kinds differ, nothing in common */
} vv_conflict_kind;

/* Borrowed during the call. NULL text: not there (removed, absent). */
typedef struct vv_conflict {
	vv_conflict_kind kind;
	const char *key;                     /* the row's key as JSON array of texts, or NULL */
	uint64_t row;                        /* in the merged table (ours' place), or UINT64_MAX */
	const char *column;                  /* name, or NULL */
	const vv_cell *base, *ours, *theirs; /* a cell's values, or NULL */
	/* a row removed on one side, without a key: its cells in base, ours and theirs; NULL: missing */
	const vv_cell *rows[3];
	const vv_schema *schemas[3]; /* with rows */
	uint64_t at[3];              /* with rows: their numbers there */
	/* such a row, that ours removed: in front of which of the merged rows its place is */
	uint64_t before;
	/* for columns and tables one sentence; for a cell why its rule does not decide, or NULL */
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
	const char *const *key; /* NULL: the tables' own */
	/* base and theirs have only some of the rows, and a key: all other rows are ours, unchanged, at their places in
	 * ours */
	bool part;
	vv_status (*conflict)(void *payload, const vv_conflict *c, vv_error *err); /* may be NULL */
	void *payload;
	const vv_merge_decision *decisions; /* decided conflicts are not reported */
	size_t decision_count;
	const vv_merge_rules *rules; /* NULL: none; borrowed */
	/* why the sides may both have one change, so that a sum would count it twice; NULL: they do not */
	const char *twice;
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
	uint64_t rows_changed_by_theirs;  /* with cells_from_theirs */
	bool took_theirs, took_ours;      /* one side was the base: nothing to merge */
	uint64_t by_rule[VV_MERGE_RULES]; /* cells that both changed and a rule decided */
	uint64_t rows_kept,
		rows_deleted; /* by a rule: one side removed them, the other edited them */
} vv_merge_stats;

#endif
