/*
 * state: the state of a merge: the three versions and the result. The steps columns, match and
 * schema set the state; the steps cells and write use it.
 *
 * The two sides are x and y. x is the side with the smaller id, be it ours or theirs. Therefore
 * only conflicts depend on which side is ours.
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

/* Rows [old_row, old_row + rows) of base are rows [new_row, new_row + rows) of a side. */
typedef struct merge_run {
	uint64_t old_row, new_row, rows;
} merge_run;

/* Rows that a side added at one place: after row `above` - 1 of base, or at the top if above is
 * 0. */
typedef struct merge_block {
	uint64_t above;
	uint64_t row, rows; /* the rows [row, row + rows) of the side */
	uint64_t before;    /* number of added rows in earlier blocks */
} merge_block;

/* Hashes that identify the parts of a row group: cells (data) and forms of lines (layout). */
typedef struct merge_group {
	uint64_t row;
	vv_hash128 data;
	uint64_t layout;
	bool plain; /* all lines have the dialect's form */
} merge_group;

typedef struct merge_groups {
	merge_group *list; /* ascending by row */
	size_t count, cap;
	size_t at; /* index of the last result of a search */
} merge_groups;

typedef struct merge_side {
	vv_table *table;
	vv_columns columns; /* from base to this side; empty if there is no base */
	long *to_base;      /* one for each column: its place in base; -1: base lacks the column */
	/* one for each column of base: its place in this side; -1: this side lacks the column */
	long *from_base;
	/* one for each column of base: true if some cells have other values in this side */
	bool *edited;
	/* one for each column of base: true if the other side dropped the column, and rows added in
	 * this side have values in it */
	bool *filled;
	bool moved_columns;
	size_t key[VV_KEY_COLUMNS_MAX]; /* places of the columns that identify rows */

	/* the rows that base and this side have in common: by_old ascending by old_row, by_new by
	 * new_row */
	merge_run *by_old, *by_new;
	size_t run_count;
	size_t at_old;     /* index of the last result of a search */
	uint64_t gone;     /* number of rows of base that this side lacks */
	uint64_t *changed; /* rows of base that have other cells in this side; ascending */
	size_t changed_count, at_changed;
	bool exact; /* all other common rows have the same cells, in the same spelling */
	bool reordered;
	merge_block *blocks; /* ascending by row */
	size_t *by_above;    /* indexes of blocks, in ascending order of `above` */
	size_t block_count;
	uint64_t added;
	/* one for each added row: the row with the same key that the other side added; MERGE_NONE:
	 * no such row */
	uint64_t *partner;
	bool *placed; /* one for each added row: true if it was written together with its partner */
	bool follows; /* rows that both sides added are placed as in the other side */
	bool same_places; /* equal groups of base and this side have equal rows */
	merge_groups groups;

	vv_row_by_number rows;
	bool copies;      /* lines of this side can be copied to the result */
	bool own_columns; /* the result has a column of this side that base lacks */
	/* one for each column of this side: true if base lacks the column, and removing a row must
	 * not lose its value; NULL: no such column. Not only columns of the result count:
	 * if two columns have the same name, the merging side decides which of them is in the
	 * result */
	bool *counts;
} merge_side;

/* A column of the result. b, side: its places in base and in the sides; -1: the version lacks the
 * column. */
typedef struct merge_column {
	long b, side[2];
	const char *name; /* ends with a NUL; in the arena */
	size_t name_len;
	/* type by which values are compared; NULL: the cells of ours are used */
	const vv_field *type;
	bool dropped;   /* the column was removed from the result again */
	bool contested; /* a conflict about the column's name or existence was already reported */
	/* the version (0, 1: a side; 2: base) that a decision chose; -1: no decision */
	int takes;
	bool done;
	const vv_merge_rule *rule; /* NULL: two different changes of a cell are a conflict */
	/* place in the result of the column that "latest by" names; -1: no rule names a column */
	long by;
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
	/* for comparing values; if scratch.failed is set, memory ran out, and comparisons are
	 * invalid */
	vv_buf scratch;
	vv_arena made; /* texts that rules made for the current row */

	size_t base_key[VV_KEY_COLUMNS_MAX];
	size_t key_count; /* number of key columns; 0: rows have no key */
	/* base has a key, a side lacks columns of the key, and no other columns identify rows */
	bool key_lost;
	merge_groups groups;   /* groups of base */
	vv_row_by_number rows; /* rows of base */
	bool base_copies;

	merge_column *columns;
	size_t column_count;
	/* for each column of base and of the sides: its place in the result; -1: the result lacks
	 * the column */
	long *column_of_base, *column_of[2];
	bool mixed;                     /* the versions have different forms (CSV, JSON) */
	bool partial;                   /* the result has a column of base that one side lacks */
	size_t key[VV_KEY_COLUMNS_MAX]; /* places of the columns of the result that identify rows */
	vv_root as;                     /* root with whose form the result is imported */
	vv_schema compare;              /* types by which values are compared */
	merge_writer *writer;
} merge;

/* A conflict. base, side: the cells; each may be NULL. key_cells: a row of `version` (0, 1: a side;
 * 2: base), whose key identifies the row of the conflict; may be NULL. */
typedef struct merge_report {
	vv_conflict_kind kind;
	const vv_cell *key_cells;
	int version;
	uint64_t row;
	const char *column;
	const vv_cell *base, *side[2];
	/* for a row without a key: the cells of the sides and base; each may be NULL */
	const vv_cell *rows[3];
	uint64_t at[3];  /* if rows is set: the row's numbers in these versions */
	uint64_t before; /* if rows is set: number of the merged row that follows the row's place */
	const char *detail;
} merge_report;
vv_status merge_conflict(merge *m, const merge_report *r, vv_error *err);
vv_table *merge_version(const merge *m, int version); /* 0, 1: a side; 2: base, may be NULL */
/* Chooses one of three values. Returns 0 for the value of x, 1 for the value of y, or -1 if both
 * sides changed the value in different ways. */
int merge_pick(bool x_is_y, bool x_is_base, bool y_is_base);

/* Returns the side (0, 1) that the option "-X ours" or "-X theirs" chooses for all conflicts. -1:
 * neither option is given. */
int merge_all_side(const merge *m);

/* Returns the version (0, 1: a side; 2: base) that a decision, or the option -X, chooses for a
 * conflict. -1: no version is chosen. */
int merge_decided(const merge *m, vv_conflict_kind kind, const char *column, size_t len);

/* Returns the row of the side that is row old_row of base. MERGE_NONE: the side removed the row. */
uint64_t merge_to_side(merge_side *s, uint64_t old_row);
/* Returns the number of rows from old_row of base, and from new_row of the side, that are known to
 * have the same cells and lines in both. Reads no rows. */
uint64_t merge_untouched(merge *m, merge_side *s, uint64_t old_row, uint64_t new_row);
/* Returns the index of an added row among all rows that the side added. */
uint64_t merge_added_index(const merge_side *s, uint64_t new_row);
/* Returns the block of rows added at one place, `above` as in merge_block. NULL: no rows were added
 * there. */
const merge_block *merge_block_at(const merge_side *s, uint64_t above);

#endif
