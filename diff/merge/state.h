/*
 * state: the state of a merge: three versions and the result, found out step by step: columns,
 * match, schema; then cells and write use it.
 *
 * The two sides are x and y, x being the one with the smaller id, whichever is ours: so
 * that nothing but a conflict can depend on who merges whom.
 */
#ifndef VV_DIFF_MERGE_STATE_H
#define VV_DIFF_MERGE_STATE_H

#include "base/arena.h"
#include "base/hash.h"
#include "dataset/schema/key.h"
#include "dataset/table/table.h"
#include "diff/merge/options.h"
#include "diff/rows/columns.h"
#include "diff/rows/row_by_number.h"

#define MERGE_NONE UINT64_MAX

/* Rows old .. old + rows of base are rows new .. new + rows of a side. */
typedef struct merge_run {
	uint64_t old_row, new_row, rows;
} merge_run;

/* Rows that a side added at one place: after base row `above` - 1, or, 0, at the top. */
typedef struct merge_block {
	uint64_t above;
	uint64_t row, rows; /* in the side */
	uint64_t before;    /* added rows in the blocks before it */
} merge_block;

/* The parts of a row group: its cells, its line forms. */
typedef struct merge_group {
	uint64_t row;
	vv_hash128 data;
	uint64_t layout;
	bool plain; /* all its lines follow from its cells */
} merge_group;

typedef struct merge_groups {
	merge_group *list; /* ascending by row */
	size_t count, cap;
	size_t at; /* found last */
} merge_groups;

typedef struct merge_side {
	vv_table *table;
	vv_columns columns; /* base to this; empty without base */
	long *to_base;      /* for each column its place in base; -1 */
	long *from_base;    /* for each column of base its place here; -1 */
	bool *edited;       /* for each column of base: cells of it have other values here */
	/* the same: the other side dropped it, and rows added here have values in it */
	bool *filled;
	bool moved_columns;
	size_t key[VV_KEY_COLUMNS_MAX]; /* places of what identifies rows */

	merge_run *by_old, *by_new; /* the rows that base and this have, in either order */
	size_t run_count;
	size_t at_old;     /* found last */
	uint64_t gone;     /* rows of base that are missing here */
	uint64_t *changed; /* rows of base that have other cells here; ascending */
	size_t changed_count, at_changed;
	bool exact; /* all others have the same cells, in the same spelling */
	bool reordered;
	merge_block *blocks; /* ascending by row */
	size_t *by_above;    /* the same ascending by above */
	size_t block_count;
	uint64_t added;
	/* for each added row the row of equal key that the other side added, or MERGE_NONE */
	uint64_t *partner;
	bool *placed;     /* for each added row: written, with its partner */
	bool follows;     /* rows that both added are at the other side's places */
	bool same_places; /* equal groups of base and this are equal rows */
	merge_groups groups;

	vv_row_by_number rows;
	bool copies;      /* its lines can be copied to the result */
	bool own_columns; /* the result has a column of it that base lacks */
	bool *counts; /* for each of its columns: base does not have it, and removing a row must not lose its value;
	                       * NULL: none. Not only columns of the result: if two columns have one name, the
	                       * result's one depends on the merging side */
} merge_side;

/* A column of the result; places in the three versions, -1 if there is none. */
typedef struct merge_column {
	long b, side[2];
	const char *name; /* in the arena, NUL after it */
	size_t name_len;
	const vv_field *type; /* for comparing values; NULL: ours' cells are kept */
	bool dropped;         /* taken out again */
	bool contested;       /* its name or existence is a conflict already */
	/* version (0, 1: a side; 2: base) that was decided for; -1: none was */
	int takes;
	bool done;
	const vv_merge_rule *rule; /* NULL: two changes of a cell are a conflict */
	long by;                   /* the column of the result that "latest by" names; -1: none */
} merge_column;

typedef struct merge_writer merge_writer;

typedef struct merge {
	vv_table *base; /* may be NULL */
	merge_side side[2];
	size_t ours; /* 0 or 1 */
	const vv_merge_options *opts;
	vv_merge_stats *stats;
	vv_arena arena;
	vv_buf text; /* scratch */
	/* for comparing values; failed: out of memory, comparisons are invalid */
	vv_buf scratch;
	vv_arena made; /* texts of the row at hand that rules made */

	size_t base_key[VV_KEY_COLUMNS_MAX];
	size_t key_count;      /* 0: rows have no key */
	bool key_lost;         /* base has one; a side does not have its columns, and nothing else
			      * identifies rows */
	merge_groups groups;   /* of base */
	vv_row_by_number rows; /* of base */
	bool base_copies;

	merge_column *columns;
	size_t column_count;
	long *column_of_base, *column_of[2]; /* columns of the versions in the result; -1 */
	bool mixed;                          /* not all versions have the same form, CSV or JSON */
	bool partial; /* a column of base that only one side has is in the result */
	size_t key[VV_KEY_COLUMNS_MAX]; /* what identifies rows: columns of the result */
	vv_root as;                     /* the import's root for the result */
	vv_schema compare;              /* the types by which values are compared */
	merge_writer *writer;
} merge;

/* A conflict; cells of base and the two sides; any may be NULL. key_cells: a row of
 * `version` (0, 1: a side; 2: base) whose key names it, or NULL. */
typedef struct merge_report {
	vv_conflict_kind kind;
	const vv_cell *key_cells;
	int version;
	uint64_t row;
	const char *column;
	const vv_cell *base, *side[2];
	/* for a row without a key: the cells of the sides and base, or NULL */
	const vv_cell *rows[3];
	uint64_t at[3];  /* with rows: their numbers there */
	uint64_t before; /* with rows: the merged row that it would be in front of */
	const char *detail;
} merge_report;
vv_status merge_conflict(merge *m, const merge_report *r, vv_error *err);
vv_table *merge_version(const merge *m, int version); /* 0, 1: a side; 2: base, may be NULL */
/* Which of three: 0 the first side's, 1 the second's, -1 both changed it differently. */
int merge_pick(bool x_is_y, bool x_is_base, bool y_is_base);

/* The side (0, 1) that wins wherever both changed something, by "-X ours" or "-X theirs"; -1: neither. */
int merge_all_side(const merge *m);

/* The version that was decided for (0, 1: a side; 2: base), by such a word too; -1: none was. */
int merge_decided(const merge *m, vv_conflict_kind kind, const char *column, size_t len);

uint64_t merge_to_side(merge_side *s, uint64_t old_row); /* MERGE_NONE: removed */
/* How many rows from old_row (new_row in the side) on have the same cells and the same lines
 * in both, as far as that is known without reading them. */
uint64_t merge_untouched(merge *m, merge_side *s, uint64_t old_row, uint64_t new_row);
/* The number of an added row among all that the side added. */
uint64_t merge_added_index(const merge_side *s, uint64_t new_row);
/* The block after a base row (above: its number + 1; 0: the top); NULL: none. */
const merge_block *merge_block_at(const merge_side *s, uint64_t above);

#endif
