/*
 * columns: matches the columns of two versions.
 *
 * Columns with the same name are matched first. Then renamed columns are matched: those that the
 * caller asserts, and columns with equal or nearly equal values (likeness: percent of the compared
 * rows with equal values, at least 60, and the highest for both columns). The remaining columns
 * were dropped or added. Moved columns are the smallest set without which the other columns are in
 * the same order. The result is deterministic.
 */
#ifndef VV_DIFF_ROWS_COLUMNS_H
#define VV_DIFF_ROWS_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/table/table.h"

typedef struct vv_column_pair {
	long a, b; /* places in the old and the new version; b -1: dropped; a -1: added */
	bool renamed;
	unsigned likeness; /* renamed columns: percent of rows with equal values; 100 if asserted */
	bool asserted;     /* renamed by --rename */
	bool moved;        /* moved relative to the other common columns */
	bool retyped;      /* type or format are different */
	bool reconstrained; /* constraints or other members of the descriptor are different */
} vv_column_pair;

typedef struct vv_columns {
	/* in the order of the new version; a dropped column follows its predecessor in the old
	 * version */
	vv_column_pair *pairs;
	size_t count;
	/* the declared or inferred keys are different, after renames are applied */
	bool key_changed;
	bool missing_changed; /* the missingValues are different */
} vv_columns;

typedef struct vv_columns_options {
	bool no_renames;
	const char *const *rename; /* pairs old, new, old, new ..., ended by NULL */
	/* Columns that identify rows on each side, for comparing values. NULL: the key that both
	 * tables have under the same names. Without such a key, rows are compared that are equal in
	 * all columns with the same name; if most rows have no such partner, rows at the same place
	 * are compared. */
	const size_t *key_a, *key_b;
	size_t key_count;
} vv_columns_options;

/* Compares the two schemas. If both sides have columns that the other side lacks, also compares the
 * values of up to about 10,000 rows, which are the same rows on both sides. VV_ENOTFOUND: an
 * asserted rename names a missing column. */
vv_status vv_columns_match(vv_columns *out, vv_table *a, vv_table *b,
			   const vv_columns_options *opts, vv_error *err);
void vv_columns_clear(vv_columns *c);
VV_AUTO_CLEAR(vv_columns, vv_columns_clear)

/* vv_columns_to_new returns the place in the new version of column a of the old version,
 * vv_columns_to_old the place in the old version of column b of the new version. -1: that version
 * lacks the column. */
long vv_columns_to_new(const vv_columns *c, size_t a);
long vv_columns_to_old(const vv_columns *c, size_t b);

/* Returns true if no column was dropped, added, renamed, moved or retyped. */
bool vv_columns_same(const vv_columns *c);
/* Returns true if all common columns have the same places. Only then do equal blocks mean equal
 * rows. */
bool vv_columns_same_places(const vv_columns *c);

#endif
