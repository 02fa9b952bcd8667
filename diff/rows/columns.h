/*
 * columns: matches the columns of two versions.
 *
 * Renames that the caller asserts are matched first, then columns with the same name, then other
 * renamed columns, which have similar values. The likeness of two columns is the percentage of
 * compared rows in which their values are equal; rows in which both are empty do not count. Of the
 * columns without a match, the two with the highest likeness are matched, then the next two, until
 * no likeness is 60 or more. If the highest likeness is that of several pairs, the pair whose
 * columns have the nearest indexes is matched. The remaining columns were dropped or added. Moved
 * columns are the smallest set without which all other columns are in the same order. The result is
 * deterministic.
 */
#ifndef VV_DIFF_ROWS_COLUMNS_H
#define VV_DIFF_ROWS_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"

typedef struct vv_table vv_table;

/* A column in the old and in the new version. */
typedef struct vv_column_pair {
	long a,       /* index in the old version; -1: the column was added */
		b;    /* index in the new version; -1: the column was dropped */
	bool renamed; /* the names are different */
	/* renamed columns: 100 if asserted; else the likeness, or, if the rows were matched by such
	 * columns, vv_value_sets_likeness */
	unsigned likeness;
	bool asserted;      /* the caller asserted the rename (vv_columns_options.rename) */
	bool moved;         /* moved relative to the other common columns */
	bool retyped;       /* type or format are different */
	bool reconstrained; /* constraints or other members of the descriptor are different */
} vv_column_pair;

/* All columns of both versions. */
typedef struct vv_columns {
	/* in the order of the new version; a dropped column follows its predecessor in the old
	 * version */
	vv_column_pair *pairs;
	size_t count; /* number of pairs */
	/* the declared or inferred keys are different, after renames are applied */
	bool key_changed;
	bool missing_changed; /* the missingValues are different */
} vv_columns;

/* Options of vv_columns_match. */
typedef struct vv_columns_options {
	bool no_renames; /* do not search for renamed columns */
	/* asserted renames: names old, new, old, new ..., followed by NULL; may be NULL */
	const char *const *rename;
	/* Indexes of the columns that identify rows in the old and the new version; values are
	 * compared in rows with equal keys. NULL: use the key that both tables have in columns
	 * matched so far. Without such a key, compare rows that are equal in all these columns. If
	 * most rows have no such partner, or most equal an earlier row, match columns with the same
	 * unique values (diff/rows/same_values.h), and use them as the key. Without such columns, if
	 * most rows have no partner, compare rows with the same number. */
	const size_t *key_a, *key_b;
	size_t key_count;
} vv_columns_options;

/* Matches the columns of a (old) and b (new), and sets *out, which the caller clears. If each
 * version has columns that the other lacks, also compares the values of up to about 10,000 rows
 * that both versions have (not with no_renames); for that, it may read all rows. VV_ENOTFOUND: an
 * asserted rename names a missing column. VV_EUSAGE: two asserted renames name the same column. */
vv_status vv_columns_match(vv_columns *out, vv_table *a, vv_table *b,
			   const vv_columns_options *opts, vv_error *err);
void vv_columns_clear(vv_columns *c);
VV_AUTO_CLEAR(vv_columns, vv_columns_clear)

/* Returns the index in the new version of column a of the old version. -1: the new version lacks
 * the column. */
long vv_columns_to_new(const vv_columns *c, size_t a);
/* Returns the index in the old version of column b of the new version. -1: the old version lacks
 * the column. */
long vv_columns_to_old(const vv_columns *c, size_t b);

/* Returns true if no column was dropped, added, renamed, moved or retyped. */
bool vv_columns_same(const vv_columns *c);
/* Returns true if all columns that both versions have, have the same index in both. Only then do
 * equal row groups have equal rows. */
bool vv_columns_same_places(const vv_columns *c);

#endif
