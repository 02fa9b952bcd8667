/*
 * varve/diff.h: lists the differences between the rows of two tables, and between the paths of two
 * revisions.
 */
#ifndef VARVE_DIFF_H
#define VARVE_DIFF_H

#include "varve/base.h"
#include "varve/table.h"

VARVE_BEGIN

/* Flags for varve_diff_options.flags. */
enum varve_diff_flag {
	/* match columns by name and by options->rename only: detect no renames */
	VARVE_DIFF_NO_RENAMES = 1 << 0,
	/* leave out rows whose values are only spelled differently */
	VARVE_DIFF_IGNORE_FORMAT = 1 << 1,
	VARVE_DIFF_MOVES = 1 << 2, /* report rows that moved */
	/* with a key: report a row of which only the key changed as one changed row, not as a removed and an added
	 * row */
	VARVE_DIFF_REKEYED = 1 << 3,
	/* faster: in varve_row_change.before and after, unchanged cells of a changed row can be VARVE_CELL_ABSENT */
	VARVE_DIFF_SPARSE = 1 << 4
};

/* Options of varve_diff_open. */
typedef struct varve_diff_options {
	size_t size;
	uint32_t flags; /* enum varve_diff_flag */
	uint32_t reserved;
	/* names of the columns by which rows are matched, ended by NULL; NULL: the key of the tables, if both have the
	 * same key, else no key; {NULL}: no key. Without a key, rows are compared in their order */
	const char *const *key;
	/* renamed columns: old name, new name, old name, new name ..., ended by NULL; or NULL */
	const char *const *rename;
	/* the columns to compare, ended by NULL; NULL: all. In this list and in ignore, old and new names are valid,
	 * and a name that neither table has is not an error */
	const char *const *only;
	const char *const *ignore; /* columns not to compare, ended by NULL; or NULL */
	/* a decimal number, such as "0.01": numbers that differ by at most this number are equal; or a percentage, such
	 * as "1%" of the larger number; NULL: compare numbers exactly */
	const char *tolerance;
	/* report a row only if its old or its new version matches this filter; NULL: all rows */
	const varve_filter *where;
	const varve_watch *watch;
} varve_diff_options;

/* A cursor over the differences between two tables. */
typedef struct varve_diff varve_diff;

/* Opens a cursor over the differences between two tables. Row groups (stored blocks of consecutive
 * rows) that both tables have are not read, so the cost depends on the size of the change. Memory
 * is bounded. This call matches columns and rows; varve_diff_next reads the rows that differ.
 * VARVE_ENOTFOUND: a table does not have a column of the key or of options->rename; VARVE_EUSAGE:
 * options->rename has an odd number of names, or options->tolerance has another form. */
VARVE_API int varve_diff_open(varve_diff **out, const varve_table *before, const varve_table *after,
			      const varve_diff_options *options, varve_error *err);

/* The kind of a difference. VARVE_ROW_CHANGED: a cell has a different value or spelling.
 * VARVE_ROW_MOVED: the row only moved; a changed row can have moved, too
 * (varve_row_change.moved). */
enum varve_row_kind { VARVE_ROW_ADDED, VARVE_ROW_REMOVED, VARVE_ROW_CHANGED, VARVE_ROW_MOVED };
/* The change of a cell. In this order: the cell is unchanged; it has the same value, spelled
 * differently; it has a different value. */
enum varve_cell_change { VARVE_CHANGE_NONE, VARVE_CHANGE_SPELLING, VARVE_CHANGE_VALUE };

/* A row that differs. */
typedef struct varve_row_change {
	int32_t kind; /* enum varve_row_kind */
	/* with VARVE_DIFF_MOVES: the row moved relative to the other rows that both tables have */
	bool moved;
	bool rekeyed;       /* a changed row: the key changed */
	uint32_t changed;   /* cells with a different value */
	uint32_t respelled; /* cells whose value is only spelled differently */
	uint64_t old_row;   /* the number of the old row; VARVE_UNKNOWN: the row was added */
	uint64_t new_row;   /* the number of the new row; VARVE_UNKNOWN: the row was removed */
	/* the old row: a cell for each column of the old table; NULL if the row was added. For a row that only moved,
	 * before and after are NULL, unless options->where was set */
	const varve_cell *before;
	/* the new row: a cell for each column of the new table; NULL if the row was removed */
	const varve_cell *after;
	/* an enum varve_cell_change for each column, in the order of varve_diff_column; NULL: kind is not
	 * VARVE_ROW_CHANGED */
	const uint8_t *cells;
} varve_row_change;

/* Sets *change to the next row that differs. Rows are in the order of the new table. A removed row is placed after the
 * nearest row above it in the old table that was not removed. */
VARVE_API int varve_diff_next(varve_diff *diff, const varve_row_change **change, varve_error *err);

/* A column of the old table and the corresponding column of the new table. */
typedef struct varve_column_pair {
	int32_t before; /* the place in the old table, from 0; -1: the column was added */
	int32_t after;  /* the place in the new table, from 0; -1: the column was dropped */
	bool renamed;   /* the names differ */
	/* the column moved relative to the other columns that both tables have */
	bool moved;
	bool retyped;   /* the type or the format differs */
	bool described; /* constraints or other members of the column's descriptor differ */
	/* of a renamed column: the percentage of equal values; 100 if options->rename has the column */
	uint32_t alike;
	bool in_key; /* the column is part of the key by which rows are matched */
} varve_column_pair;

/* Returns the i-th pair of corresponding columns, from 0, borrowed until the diff is freed; NULL: i is not less than the
 * number of pairs. The pairs are in the order of the new table; a dropped column comes after the column that precedes it
 * in the old table. */
VARVE_API const varve_column_pair *varve_diff_column(const varve_diff *diff, size_t i);

/* Counts of a diff. added to moved, and the counts of cells, are of the rows that varve_diff_next returns; the other
 * counts do not depend on options->where. */
typedef struct varve_diff_counts {
	uint64_t old_rows; /* all rows of the old table */
	uint64_t new_rows; /* all rows of the new table */
	uint64_t added;    /* rows of the kind VARVE_ROW_ADDED */
	uint64_t removed;  /* rows of the kind VARVE_ROW_REMOVED */
	/* rows of the kind VARVE_ROW_CHANGED, including those whose values are only spelled differently */
	uint64_t changed;
	uint64_t
		moved; /* rows of the kind VARVE_ROW_MOVED: they moved, and are otherwise unchanged */
	uint64_t respelled_rows;  /* changed rows whose values are only spelled differently */
	uint64_t cells_changed;   /* cells with a different value */
	uint64_t cells_respelled; /* cells whose value is only spelled differently */
	/* keys that occur more than once in one of the tables, in the row groups that were read */
	uint64_t repeated_keys;
	uint64_t groups_read; /* row groups of both tables that were read */
	bool keyed;           /* rows were matched by a key */
	bool reordered;       /* rows that both tables have are in a different order */
	bool key_changed;     /* the key of one table is not the key of the other table */
} varve_diff_counts;

/* Reads all remaining differences, and sets *counts to the counts of the whole diff, borrowed until the diff is freed.
 * varve_diff_next then returns 0. */
VARVE_API int varve_diff_count(const varve_diff_counts **counts, varve_diff *diff,
			       varve_error *err);
VARVE_API void varve_diff_free(varve_diff *diff);

/* A path that differs. */
typedef struct varve_path_change {
	const char *path;
	const char *old_path; /* the old path of a renamed file; NULL: not renamed */
	/* the change between options->from and options->to (NULL: the index), as a letter of git status --short: ' ',
	 * A, M, D, R, T, U or ? */
	char staged;
	/* the change between the index and the work tree, as such a letter; ' ' if options->to is not NULL */
	char work;
	/* path is named like a table, or, if options->to is NULL, is a table in the index or the work tree */
	bool table;
} varve_path_change;

/* Flags for varve_changes_options.flags. */
enum varve_changes_flag {
	VARVE_CHANGES_UNTRACKED = 1 << 0 /* include files that are not tracked */
};

/* Options of varve_changes_open. */
typedef struct varve_changes_options {
	size_t size;
	const char *from; /* a revision; NULL: HEAD */
	const char *to;   /* a revision; NULL: the index and the work tree, as in git status */
	const char *const *paths; /* files or folders, ended by NULL; NULL: all */
	uint32_t flags;           /* enum varve_changes_flag */
	uint32_t reserved;
	const varve_watch *watch;
} varve_changes_options;

/* A cursor over the paths that differ, sorted. */
typedef struct varve_changes varve_changes;
/* Opens a cursor over the paths that differ. The list is made in this call. VARVE_ENOTFOUND: no
 * such revision; VARVE_EUSAGE: options->to is NULL, and options->from is not NULL or the repository
 * is bare. */
VARVE_API int varve_changes_open(varve_changes **out, varve_repo *repo,
				 const varve_changes_options *options, varve_error *err);
/* Sets *change to the change of the next path. */
VARVE_API int varve_changes_next(varve_changes *list, const varve_path_change **change,
				 varve_error *err);
VARVE_API void varve_changes_free(varve_changes *list);

VARVE_END
#endif
