/*
 * varve/diff.h: differences: rows of two tables, and paths of two revisions.
 */
#ifndef VARVE_DIFF_H
#define VARVE_DIFF_H

#include "varve/base.h"
#include "varve/table.h"

VARVE_BEGIN

enum varve_diff_flag {
	VARVE_DIFF_NO_RENAMES = 1 << 0, /* columns correspond by name only */
	/* leave out rows whose values are only spelled differently */
	VARVE_DIFF_IGNORE_FORMAT = 1 << 1,
	VARVE_DIFF_MOVES = 1 << 2,   /* report rows that moved */
	VARVE_DIFF_REKEYED = 1 << 3, /* a row whose key alone changed is one changed row */
	/* faster: unchanged cells of a changed row can be missing from before and after (VARVE_CELL_ABSENT) */
	VARVE_DIFF_SPARSE = 1 << 4
};

typedef struct varve_diff_options {
	size_t size;
	uint32_t flags; /* enum varve_diff_flag */
	uint32_t reserved;
	/* names of the columns by which rows are matched, ended by NULL; NULL: the key that both tables have; {NULL}:
	 * no key */
	const char *const *key;
	const char *const *rename; /* pairs of names, old and new, ended by NULL */
	const char *const *only;   /* compare only these columns; NULL: all */
	const char *const *ignore; /* do not compare these columns */
	/* a decimal number: smaller differences of numbers do not count; NULL: exact */
	const char *tolerance;
	/* a row is reported if its old or its new version matches; NULL: all */
	const varve_filter *where;
	const varve_watch *watch;
} varve_diff_options;

typedef struct varve_diff varve_diff;

/* Compares two tables. Row groups that both tables have are not read, so the cost depends on the size of the change.
 * Memory is bounded. This call matches columns; varve_diff_next matches rows. VARVE_ENOTFOUND: a table lacks a column
 * of the key. */
VARVE_API int varve_diff_open(varve_diff **out, const varve_table *before, const varve_table *after,
			      const varve_diff_options *options, varve_error *err);

enum varve_row_kind { VARVE_ROW_ADDED, VARVE_ROW_REMOVED, VARVE_ROW_CHANGED, VARVE_ROW_MOVED };
enum varve_cell_change { VARVE_CHANGE_NONE, VARVE_CHANGE_SPELLING, VARVE_CHANGE_VALUE };

typedef struct varve_row_change {
	int32_t kind;       /* enum varve_row_kind */
	bool moved;         /* the row has a different place among the rows of both tables */
	bool rekeyed;       /* of a changed row: its key changed */
	uint32_t changed;   /* cells with a different value */
	uint32_t respelled; /* cells whose value is only spelled differently */
	uint64_t old_row;   /* the number of the old row; VARVE_UNKNOWN: the row was added */
	uint64_t new_row;   /* the number of the new row; VARVE_UNKNOWN: the row was removed */
	/* a cell for each column of the old table; NULL: the row was added, or only moved */
	const varve_cell *before;
	/* a cell for each column of the new table; NULL: the row was removed, or only moved */
	const varve_cell *after;
	/* of a changed row: an enum varve_cell_change for each column, in the order of varve_diff_column; else NULL */
	const uint8_t *cells;
} varve_row_change;

/* The next row that differs, in the order of the new table. Removed rows come at their old places among the other rows. */
VARVE_API int varve_diff_next(varve_diff *diff, const varve_row_change **change, varve_error *err);

typedef struct varve_column_pair {
	int32_t before; /* place in the old table; -1: the column was added */
	int32_t after;  /* place in the new table; -1: the column was dropped */
	bool renamed;
	bool moved;     /* the column has a different place among the columns of both tables */
	bool retyped;   /* the type or the format differs */
	bool described; /* constraints or other members of the column's descriptor differ */
	uint32_t alike; /* of a renamed column: the similarity of its values in percent */
	bool in_key;    /* the column is part of the key by which rows are matched */
} varve_column_pair;

/* The i-th pair of corresponding columns, in the order of the new table. NULL: the diff has i or fewer pairs. */
VARVE_API const varve_column_pair *varve_diff_column(const varve_diff *diff, size_t i);

typedef struct varve_diff_counts {
	uint64_t old_rows;
	uint64_t new_rows;
	uint64_t added;
	uint64_t removed;
	uint64_t changed;
	uint64_t moved;
	uint64_t respelled_rows; /* rows whose values are only spelled differently */
	uint64_t cells_changed;
	uint64_t cells_respelled;
	/* keys that occur more than once in one of the tables, as far as its row groups were read */
	uint64_t repeated_keys;
	uint64_t groups_read; /* row groups of both tables */
	bool keyed;           /* rows were matched by a key */
	bool reordered;       /* rows that both tables have are in a different order */
	bool key_changed;     /* the key of one table is not the key of the other table */
} varve_diff_counts;

/* Reads the rest of the difference, so that *counts is complete. *counts is borrowed until the diff is freed. */
VARVE_API int varve_diff_count(const varve_diff_counts **counts, varve_diff *diff,
			       varve_error *err);
VARVE_API void varve_diff_free(varve_diff *diff);

typedef struct varve_path_change {
	const char *path;
	const char *old_path; /* of a renamed file: the path before; else NULL */
	/* the change between from and to, or between from and the index, with the letters of git status --short: ' ',
	 * A, M, D, R, T, U or ? */
	char staged;
	char work; /* the change between the index and the work tree, with the same letters; ' ' if to is a revision */
	bool table; /* path is a table before or after the change, or has the name of one */
} varve_path_change;

enum varve_changes_flag {
	VARVE_CHANGES_UNTRACKED = 1 << 0 /* include files that are not tracked */
};

typedef struct varve_changes_options {
	size_t size;
	const char *from; /* a revision; NULL: HEAD */
	const char *to;   /* a revision; NULL: the index and the work tree, as for git status */
	const char *const *paths; /* files or folders, ended by NULL; NULL: all */
	uint32_t flags;           /* enum varve_changes_flag */
	uint32_t reserved;
	const varve_watch *watch;
} varve_changes_options;

/* A cursor over the paths that differ, sorted. The list is made when the cursor is opened. If to is NULL, from must be
 * NULL, too. */
typedef struct varve_changes varve_changes;
VARVE_API int varve_changes_open(varve_changes **out, varve_repo *repo,
				 const varve_changes_options *options, varve_error *err);
VARVE_API int varve_changes_next(varve_changes *list, const varve_path_change **change,
				 varve_error *err);
VARVE_API void varve_changes_free(varve_changes *list);

VARVE_END
#endif
