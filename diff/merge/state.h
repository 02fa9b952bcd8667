/*
 * state: the state of a merge: the three versions and the result. The steps columns, match and
 * schema (steps.h) set the state; the steps cells and write use it.
 *
 * The sides have the numbers 0 and 1; base, which may be missing, is the third one (MERGE_BASE). Side
 * 0, also called x, is the side with the smaller commit id (without ids, the smaller CID), which may
 * be ours or theirs; side 1 is called y. Therefore, which side is ours matters only for conflicts
 * and for rules.
 */
#ifndef VV_DIFF_MERGE_STATE_H
#define VV_DIFF_MERGE_STATE_H

#include "base/arena.h"
#include "base/hash.h"
#include "dataset/schema/key.h"
#include "dataset/table/table.h"
#include "diff/merge/next_key.h"
#include "diff/merge/options.h"
#include "diff/rows/columns.h"
#include "diff/rows/row_by_number.h"

#define MERGE_NONE UINT64_MAX /* no row */

/* The numbers of the versions: 0 and 1 are the sides. */
enum { MERGE_BASE = 2, MERGE_VERSIONS = 3 };

/* A run: rows [old_row, old_row + rows) of base correspond to rows [new_row, new_row + rows) of a
 * side. */
typedef struct merge_run {
	uint64_t old_row, new_row, rows;
} merge_run;

/* Consecutive rows that a side added. */
typedef struct merge_block {
	uint64_t above;  /* the rows are after row above - 1 of base; 0: at the top */
	uint64_t row,    /* number in the side of the first row of the block */
		rows;    /* number of rows of the block */
	uint64_t before; /* number of added rows in earlier blocks */
} merge_block;

/* Rows [from, end) of base. */
typedef struct merge_row_range {
	uint64_t from, end;
} merge_row_range;

/* The identity of a row group. */
typedef struct merge_group {
	uint64_t row;    /* number of its first row */
	vv_hash128 data; /* hash that identifies its cells */
	uint64_t layout; /* hash that identifies the forms of its lines */
	bool plain;      /* no line is a quirk (dataset/format/quirks.h) */
} merge_group;

/* All row groups of a version. */
typedef struct merge_groups {
	merge_group *list; /* ascending by row */
	size_t count,      /* number of elements of list */
		cap;       /* capacity of list */
	size_t at;         /* index of the group that the last search found */
} merge_groups;

/* A version: a side, and its relation to base; or base, of which only `table`, `key`, `groups`, `rows`
 * and `copies` are set. */
typedef struct merge_side {
	vv_table *table;    /* borrowed; NULL: no base exists */
	vv_columns columns; /* from base to this side; empty without a base */
	long *to_base;      /* one for each column: its index in base; -1: base lacks the column */
	/* one for each column of base: its index in this side; -1: this side lacks the column */
	long *from_base;
	/* one for each column of base: true if some cells have other values in this side */
	bool *edited;
	/* one for each column of base: true if the other side dropped the column, and rows added in
	 * this side have values in it */
	bool *filled;
	bool moved_columns;             /* this side changed the order of columns */
	size_t key[VV_KEY_COLUMNS_MAX]; /* indexes of the columns that identify rows */

	/* the rows that base and this side have in common: two arrays with the same runs */
	merge_run *by_old,    /* ascending by old_row */
		*by_new;      /* ascending by new_row */
	size_t run_count;     /* number of runs */
	size_t at_old;        /* index in by_old of the run that the last search found */
	uint64_t gone;        /* number of rows of base that this side lacks */
	uint64_t *changed;    /* rows of base that have other cells in this side; ascending */
	size_t changed_count, /* number of elements of changed */
		at_changed;   /* index in changed that the last search found */
	/* all common rows that are not in `changed` have the same cells, in the same spelling */
	bool exact;
	bool reordered;      /* this side changed the order of common rows */
	merge_block *blocks; /* ascending by row */
	size_t *by_above;    /* indexes of blocks, in ascending order of `above` */
	size_t block_count;
	uint64_t added; /* number of rows that this side added */
	/* one for each added row: the row with the same key that the other side added; MERGE_NONE:
	 * no such row */
	uint64_t *partner;
	bool *placed; /* one for each added row: true if it was written */
	/* side 0, rows without a key; one for each added row: true if it is unknown whether the
	 * row and its partner are the same */
	bool *doubtful;
	/* one for each added row: true if it replaces rows of base that the other side replaced by other
	 * rows (replaced.h) */
	bool *replaces;
	/* a row that both sides added is written at its position in the other side */
	bool follows;
	/* each column that base and this side have in common has the same index in both, so that
	 * equal groups have equal rows */
	bool same_places;
	merge_groups groups; /* the side's groups */

	vv_row_by_number rows; /* reads rows of this side */
	bool copies;           /* lines of this side can be copied to the result */
	/* this side changed the usual quotes of a column, or the usual line end, so that rows with
	 * the same cells may have other lines */
	bool respelled;
	bool own_columns; /* the result has a column of this side that base lacks */
	/* one for each column of this side: true if base lacks the column, and no decision removed
	 * it. A value in such a column counts as a change of its row, so that the value is not lost
	 * if the other side removed the row. NULL: no such column */
	bool *counts;
} merge_side;

/* A column of the result. */
typedef struct merge_column {
	long side[MERGE_VERSIONS]; /* index in each version; -1: the version lacks the column */
	const char *name;          /* ends with a NUL; in the arena */
	size_t name_len;
	/* type by which values are compared; NULL: the cells of ours are used */
	const vv_field *type;
	bool dropped;   /* merge_columns_choose removed the column from the result again */
	bool contested; /* a conflict about the column's name or existence was already reported */
	/* JSON: one side dropped the column, which only rows that this side removed still have */
	bool single;
	/* the version (0, 1: a side; 2: base) that a decision chose; -1: no decision */
	int takes;
	bool done;                 /* scratch of merge_columns_choose */
	const vv_merge_rule *rule; /* NULL: two different changes of a cell are a conflict */
	/* index in the result of the column that the rule "latest by" names; -1: the rule names no
	 * column */
	long by;
} merge_column;

/* A row that gets another key. */
typedef struct merge_new_key {
	uint64_t row; /* its number in its side */
	vv_cell cell; /* the new last cell of its key; its text is in the arena of merge.keys */
} merge_new_key;

/* A row of base that got another key in one side, and a row with this key that the other side added. */
typedef struct merge_clash {
	uint64_t row, other; /* numbers in their sides */
} merge_clash;

/* Added rows of a side whose key another row had earlier. */
typedef struct merge_apart {
	uint64_t *rows; /* ascending */
	size_t count, cap;
} merge_apart;

typedef struct merge_writer merge_writer; /* writes the result's bytes: steps.h */

/* A merge. */
typedef struct merge {
	merge_side side[MERGE_VERSIONS];
	size_t ours; /* number of the side that is ours */
	const vv_merge_options *opts;
	vv_merge_stats *stats;
	vv_arena arena;
	vv_buf text; /* scratch */
	/* for comparing values; if scratch.failed is set, memory ran out, and comparisons are
	 * invalid */
	vv_buf scratch;
	vv_arena made; /* texts that rules made for the current row */

	size_t key_count; /* number of key columns; 0: rows have no key */
	/* rows have no key, and both sides have the same rows. All of them then count as added by
	 * both, and have the order of side number `order_side` */
	bool equal_data;
	const char *twice; /* the detail of conflicts ROW_TWICE, a constant */
	/* added rows of side number `renumbers` that get another key, ascending by row */
	merge_new_key *new_keys;
	size_t new_key_count, new_key_cap;
	size_t renumbers;
	/* `other` is a row of that side */
	merge_clash *clashes;
	size_t clash_count, clash_cap;
	/* no rule decides: `row` is a row of ours, and `other` is not in the result, but in a conflict */
	merge_clash *contested;
	size_t contested_count, contested_cap;
	merge_apart apart[2];
	merge_row_range *replaced; /* ascending; set by merge_replaced_find */
	size_t replaced_count, replaced_cap;
	vv_next_keys keys; /* the memory of new_keys */
	size_t order_side;
	/* base has a key, a side lacks columns of the key, and no other columns identify rows */
	bool key_lost;
	/* a row of the result can be made by changing cells in a line of any version */
	bool edits;

	merge_column *columns; /* in the order of the result */
	size_t column_count;
	/* one for each column of each version: its index in the result; -1: the result lacks it */
	long *column_of[MERGE_VERSIONS];
	bool mixed;   /* the versions have different forms (CSV, JSON) */
	bool partial; /* the result has a column of base that one side lacks */
	/* indexes in the result of the columns that identify rows */
	size_t key[VV_KEY_COLUMNS_MAX];
	/* a root with the schema and form of the result, for importing it */
	vv_root as;
	vv_schema compare; /* types by which values are compared */
	merge_writer *writer;
} merge;

/* A conflict, for merge_conflict; pointers are borrowed. */
typedef struct merge_report {
	vv_conflict_kind kind;
	/* a row of `version` with the key of the row in conflict; NULL: not about a row */
	const vv_cell *key_cells;
	int version;                         /* 0, 1: a side; 2: base */
	uint64_t row;                        /* as in vv_conflict */
	const char *column;                  /* name of the column; may be NULL */
	const vv_cell *side[MERGE_VERSIONS]; /* the cell in each version; each may be NULL */
	/* for a row without a key, KEY_TWICE and ROW_REPLACED: its cells in each version; each may be NULL */
	const vv_cell *rows[MERGE_VERSIONS];
	uint64_t at[MERGE_VERSIONS]; /* at[i] is the number of rows[i] in its version */
	uint64_t before;             /* if rows is set: as in vv_conflict */
	const char *detail;          /* as in vv_conflict */
} merge_report;
/* Counts the conflict, and passes it to opts->conflict, if that is not NULL. */
vv_status merge_conflict(merge *m, const merge_report *r, vv_error *err);
/* Reports a conflict that is not about a row. column may be NULL. */
vv_status merge_conflict_text(merge *m, vv_conflict_kind kind, const char *column,
			      const vv_buf *detail, vv_error *err);
/* Returns the table of base, borrowed; NULL: no base exists. */
static inline vv_table *merge_base(const merge *m)
{
	return m->side[MERGE_BASE].table;
}
/* Chooses between the values of x and y, given which of the three values are equal. Returns 0 to
 * use the value of x, 1 to use the value of y, or -1 if both sides changed the value in different
 * ways. */
int merge_pick(bool x_is_y, bool x_is_base, bool y_is_base);

/* Returns the side (0, 1) that the option "-X ours" or "-X theirs" chooses for all conflicts, or -1
 * if neither option is given. */
int merge_all_side(const merge *m);

/* Returns the version (0, 1: a side; 2: base) that a decision, or the option -X, chooses for a
 * conflict of this kind about this column, or -1 if neither does. column may be NULL. */
int merge_decided(const merge *m, vv_conflict_kind kind, const char *column, size_t len);

/* Returns the rule for a row that the side `keeper` changed and the other side removed. */
vv_merge_rows merge_rows_rule(const merge *m, size_t keeper);

/* Returns true if the side's cell has a value. In JSON, null and the empty text are values, too. */
bool merge_has_value(const merge_side *s, const vv_cell *c);

/* Returns the number in the side of row old_row of base. MERGE_NONE: the side removed the row. */
uint64_t merge_to_side(merge_side *s, uint64_t old_row);
/* Returns a number of consecutive rows, from old_row of base and from new_row of the side on, that
 * have the same cells and lines in both. Uses only the hashes of groups and s->changed, and reads
 * no rows, so the real number may be greater. */
uint64_t merge_untouched(merge *m, merge_side *s, uint64_t old_row, uint64_t new_row);
/* Returns the index of new_row, a row that the side added, among all rows that it added. */
uint64_t merge_added_index(const merge_side *s, uint64_t new_row);
/* Returns the block of added rows with this `above` (merge_block), borrowed from s, or NULL if the
 * side added no rows there. */
const merge_block *merge_block_at(const merge_side *s, uint64_t above);

/* Returns the new last cell of the key of an added row of side number `which`, or NULL if the row
 * keeps its key; borrowed from m. */
const vv_cell *merge_new_key_of(const merge *m, size_t which, uint64_t row);
/* Is the row of side number `which` one of merge.apart? */
bool merge_row_is_apart(const merge *m, size_t which, uint64_t row);
/* Is one of the rows of both sides? */
bool merge_is_apart(const merge *m, const uint64_t rows[2]);
/* Returns true if the key by which rows are merged was only found: no version declares it. */
bool merge_key_is_found(const merge *m);

#endif
