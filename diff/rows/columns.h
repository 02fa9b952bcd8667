/*
 * columns: matches the columns of two versions.
 *
 * Columns of the same name are matched first; then renames: asserted ones, or columns with equal or
 * nearly equal values (likeness: percent of the compared rows, at least 60, and the best for both
 * sides). The remaining columns were dropped or added. Moved columns: the smallest set whose
 * removal leaves the others in the same order. The result is deterministic.
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
	long a, b; /* places in the old and new version; b -1: dropped, a -1: added */
	bool renamed;
	unsigned likeness;  /* of a renamed column: percent of equal values; 100 if asserted */
	bool asserted;      /* renamed by --rename */
	bool moved;         /* relative to the other common columns */
	bool retyped;       /* type or format differs */
	bool reconstrained; /* constraints or other members of the descriptor differ */
} vv_column_pair;

typedef struct vv_columns {
	/* in the new version's order; a dropped column follows its old predecessor */
	vv_column_pair *pairs;
	size_t count;
	bool key_changed;     /* the declared or inferred keys differ (names mapped by renames) */
	bool missing_changed; /* missingValues differ */
} vv_columns;

typedef struct vv_columns_options {
	bool no_renames;
	const char *const *rename; /* NULL-ended pairs: old, new, old, new ... */
	/* Columns that identify rows on either side, for comparing values. NULL: the key that both
	 * tables have under the same names; without such a key, rows are compared whose cells are
	 * equal in all columns of the same name, or, if most rows have no such partner, rows at the
	 * same place. */
	const size_t *key_a, *key_b;
	size_t key_count;
} vv_columns_options;

/* Compares the two schemas. Only if columns are missing on one side and new on the other, compares
 * the values of up to about 10,000 rows (the same rows on both sides). VV_ENOTFOUND: an asserted
 * rename names a missing column. */
vv_status vv_columns_match(vv_columns *out, vv_table *a, vv_table *b,
			   const vv_columns_options *opts, vv_error *err);
void vv_columns_clear(vv_columns *c);
VV_AUTO_CLEAR(vv_columns, vv_columns_clear)

/* Return the place in the new version of the old column a, or in the old version of the new column
 * b; -1: the version lacks the column. */
long vv_columns_to_new(const vv_columns *c, size_t a);
long vv_columns_to_old(const vv_columns *c, size_t b);

/* True if no column was dropped, added, renamed, moved or retyped. */
bool vv_columns_same(const vv_columns *c);
/* Do all common columns have the same places? Only then do equal blocks mean equal rows. */
bool vv_columns_same_places(const vv_columns *c);

#endif
