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
	VARVE_DIFF_IGNORE_FORMAT =
		1 << 1,              /* leave out rows whose values are only written differently */
	VARVE_DIFF_MOVES = 1 << 2,   /* report rows that moved */
	VARVE_DIFF_REKEYED = 1 << 3, /* a row whose key alone changed is one changed row */
	VARVE_DIFF_SPARSE =
		1 << 4 /* cells of a changed row that did not change may be absent: faster */
};

typedef struct varve_diff_options {
	size_t size;
	uint32_t flags; /* enum varve_diff_flag */
	uint32_t reserved;
	const char *const *
		key; /* names, ended by NULL; NULL: the key that both tables have; {NULL}: no key */
	const char *const *rename; /* pairs of names, old and new, ended by NULL */
	const char *const *only;   /* compare only these columns; NULL: all */
	const char *const *ignore; /* columns that are not compared */
	/* a decimal number: smaller differences of numbers do not count; NULL: exact */
	const char *tolerance;
	const varve_filter *where; /* the old or the new row must match; NULL: all */
	const varve_watch *watch;
} varve_diff_options;

typedef struct varve_diff varve_diff;

/* Compares two tables. Groups of rows that both have are not read: the cost follows the change, and memory is bounded.
 * Columns are matched at once, rows on demand. VARVE_ENOTFOUND: a key column is missing. */
VARVE_API int varve_diff_open(varve_diff **out, const varve_table *before, const varve_table *after,
			      const varve_diff_options *options, varve_error *err);

enum varve_row_kind { VARVE_ROW_ADDED, VARVE_ROW_REMOVED, VARVE_ROW_CHANGED, VARVE_ROW_MOVED };
enum varve_cell_change { VARVE_CHANGE_NONE, VARVE_CHANGE_SPELLING, VARVE_CHANGE_VALUE };

typedef struct varve_row_change {
	int32_t kind; /* enum varve_row_kind */
	bool moved;
	bool rekeyed;       /* changed: the key is another */
	uint32_t changed;   /* cells with another value */
	uint32_t respelled; /* cells whose value is only written differently */
	uint64_t old_row;   /* VARVE_UNKNOWN: none */
	uint64_t new_row;
	/* a cell for each column of the old table; NULL: added, or moved unchanged */
	const varve_cell *before;
	const varve_cell *after; /* likewise of the new table; NULL: removed, or moved unchanged */
	/* changed: enum varve_cell_change for each column of varve_diff_column; else NULL */
	const uint8_t *cells;
} varve_row_change;

/* The next row that differs, in the order of the new table. A removed row comes where it was. */
VARVE_API int varve_diff_next(varve_diff *diff, const varve_row_change **change, varve_error *err);

typedef struct varve_column_pair {
	int32_t before; /* place in the old table; -1: the column was added */
	int32_t after;  /* place in the new table; -1: the column was dropped */
	bool renamed;
	bool moved;     /* to another place among the columns that both have */
	bool retyped;   /* another type or format */
	bool described; /* constraints or other members of the descriptor differ */
	uint32_t alike; /* renamed: similarity in percent of the values */
	bool in_key;    /* part of the key by which rows are matched */
} varve_column_pair;

/* How columns correspond, in the order of the new table. NULL: i is too large. */
VARVE_API const varve_column_pair *varve_diff_column(const varve_diff *diff, size_t i);

typedef struct varve_diff_counts {
	uint64_t old_rows;
	uint64_t new_rows;
	uint64_t added;
	uint64_t removed;
	uint64_t changed;
	uint64_t moved;
	uint64_t respelled_rows; /* rows whose values are only written differently */
	uint64_t cells_changed;
	uint64_t cells_respelled;
	/* keys that occur more than once on one side; groups that were not read are not counted */
	uint64_t repeated_keys;
	uint64_t groups_read; /* of both sides */
	bool keyed;           /* rows were matched by a key */
	bool reordered;       /* rows that both tables have are in another order */
	bool key_changed;     /* the tables' own keys differ */
} varve_diff_counts;

/* Reads the rest of the difference. Then *counts is complete; it is borrowed until the diff is freed. */
VARVE_API int varve_diff_count(const varve_diff_counts **counts, varve_diff *diff,
			       varve_error *err);
VARVE_API void varve_diff_free(varve_diff *diff);

typedef struct varve_path_change {
	const char *path;
	const char *old_path; /* the path before, where it was renamed; else NULL */
	char staged;          /* as git status --short: ' ', A, M, D, R, T, U or ? */
	char work;            /* likewise; between revisions always ' ' */
	bool table;           /* a table on either side, or named like one */
} varve_path_change;

enum varve_changes_flag {
	VARVE_CHANGES_UNTRACKED = 1 << 0 /* include files that are not tracked */
};

typedef struct varve_changes_options {
	size_t size;
	const char *from;         /* a revision; NULL: HEAD */
	const char *to;           /* a revision; NULL: the index and the work tree, as git status */
	const char *const *paths; /* files or folders, ended by NULL; NULL: all */
	uint32_t flags;           /* enum varve_changes_flag */
	uint32_t reserved;
	const varve_watch *watch;
} varve_changes_options;

/* A cursor over the paths that differ, sorted. The list is made when it is opened. from must be NULL when to is. */
typedef struct varve_changes varve_changes;
VARVE_API int varve_changes_open(varve_changes **out, varve_repo *repo,
				 const varve_changes_options *options, varve_error *err);
VARVE_API int varve_changes_next(varve_changes *list, const varve_path_change **change,
				 varve_error *err);
VARVE_API void varve_changes_free(varve_changes *list);

VARVE_END
#endif
