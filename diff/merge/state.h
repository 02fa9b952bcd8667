/*
 * state: the state of a merge: three versions and the result. The steps columns, match and schema
 * fill it; the steps cells and write use it.
 *
 * The two sides are x and y. x is the side with the smaller id, whichever is ours, so that only
 * conflicts depend on which side merges the other.
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

/* Rows that a side added at one place: after row `above` - 1 of base, or, if above is 0, at the
 * top. */
typedef struct merge_block {
	uint64_t above;
	uint64_t row, rows; /* row numbers of the side */
	uint64_t before;    /* number of added rows in earlier blocks */
} merge_block;

/* Identifies the parts of a row group: cells (data) and forms of lines (layout). */
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
	vv_columns columns; /* from base to this side; empty without base */
	long *to_base;      /* for each column, its place in base; -1: base lacks the column */
	/* for each column of base, its place here; -1: this side lacks the column */
	long *from_base;
	bool *edited; /* for each column of base: do some cells have other values here? */
	/* for each column of base: did the other side drop the column, and do rows added here have
	 * values in it? */
	bool *filled;
	bool moved_columns;
	size_t key[VV_KEY_COLUMNS_MAX]; /* places of the columns that identify rows */

	/* common rows of base and this side: ascending by old_row, and by new_row */
	merge_run *by_old, *by_new;
	size_t run_count;
	size_t at_old;     /* index of the last result of a search */
	uint64_t gone;     /* number of rows of base that are missing here */
	uint64_t *changed; /* rows of base that have different cells here; ascending */
	size_t changed_count, at_changed;
	bool exact; /* all other rows have the same cells, in the same spelling */
	bool reordered;
	merge_block *blocks; /* ascending by row */
	size_t *by_above;    /* indexes of blocks, ascending by above */
	size_t block_count;
	uint64_t added;
	/* for each added row, the row with the same key that the other side added; or MERGE_NONE */
	uint64_t *partner;
	bool *placed;     /* for each added row: was it written with its partner? */
	bool follows;     /* rows that both sides added are placed as on the other side */
	bool same_places; /* equal groups of base and this side have equal rows */
	merge_groups groups;

	vv_row_by_number rows;
	bool copies;      /* lines of this side can be copied to the result */
	bool own_columns; /* the result has a column of this side that base lacks */
	bool *counts; /* for each of its columns: base does not have it, and removing a row must not lose its value;
	                       * NULL: none. Not only columns of the result: if two columns have one name, the
	                       * result's one depends on the merging side */
} merge_side;

/* A column of the result. b, side: its places in base and the sides; -1: the version lacks the
 * column. */
typedef struct merge_column {
	long b, side[2];
	const char *name; /* NUL-terminated; in the arena */
	size_t name_len;
	const vv_field *type; /* type for comparing values; NULL: the cells of ours are kept */
	bool dropped;         /* removed from the result again */
	bool contested;       /* its name or existence is already a conflict */
	/* the version (0, 1: a side; 2: base) that a decision chose; -1: no decision */
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
	vv_arena made; /* texts that rules made for the current row */

	size_t base_key[VV_KEY_COLUMNS_MAX];
	size_t key_count; /* 0: rows have no key */
	/* base has a key, a side lacks columns of this key, and nothing else identifies rows */
	bool key_lost;
	merge_groups groups;   /* of base */
	vv_row_by_number rows; /* of base */
	bool base_copies;

	merge_column *columns;
	size_t column_count;
	/* for each column of base and of the sides, its place in the result; -1: not in the result */
	long *column_of_base, *column_of[2];
	bool mixed;   /* the versions do not all have the same form (CSV or JSON) */
	bool partial; /* the result has a column of base that only one side has */
	size_t key[VV_KEY_COLUMNS_MAX]; /* the columns of the result that identify rows */
	vv_root as;                     /* the import's root for the result */
	vv_schema compare;              /* the types by which values are compared */
	merge_writer *writer;
} merge;

/* A conflict. base, side: the cells; each may be NULL. key_cells: a row of `version` (0, 1: a side;
 * 2: base) whose key identifies the conflict's row; may be NULL. */
typedef struct merge_report {
	vv_conflict_kind kind;
	const vv_cell *key_cells;
	int version;
	uint64_t row;
	const char *column;
	const vv_cell *base, *side[2];
	/* for a row without a key: the cells of the sides and base, or NULL */
	const vv_cell *rows[3];
	uint64_t at[3];  /* with rows: their row numbers in these versions */
	uint64_t before; /* with rows: the merged row before which the row would be */
	const char *detail;
} merge_report;
vv_status merge_conflict(merge *m, const merge_report *r, vv_error *err);
vv_table *merge_version(const merge *m, int version); /* 0, 1: a side; 2: base, may be NULL */
/* Chooses a value of three: returns 0 for that of x, 1 for that of y, -1 if both changed it
 * differently. */
int merge_pick(bool x_is_y, bool x_is_base, bool y_is_base);

/* Returns the side (0, 1) that "-X ours" or "-X theirs" chooses for all conflicts; -1: neither
 * option. */
int merge_all_side(const merge *m);

/* Returns the version (0, 1: a side; 2: base) that a decision or such an option chooses for a
 * conflict; -1: neither. */
int merge_decided(const merge *m, vv_conflict_kind kind, const char *column, size_t len);

uint64_t merge_to_side(merge_side *s, uint64_t old_row); /* MERGE_NONE: removed */
/* Returns how many rows, from old_row of base and new_row of the side, are known to have the same
 * cells and lines in both, without reading rows. */
uint64_t merge_untouched(merge *m, merge_side *s, uint64_t old_row, uint64_t new_row);
/* Returns the index of an added row among all rows that the side added. */
uint64_t merge_added_index(const merge_side *s, uint64_t new_row);
/* Returns the block of added rows after a row of base (above: its number + 1; 0: the top); NULL: no
 * such block. */
const merge_block *merge_block_at(const merge_side *s, uint64_t above);

#endif
