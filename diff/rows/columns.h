/*
 * columns: matches the columns of two versions.
 *
 * Same name first; then renames: asserted ones, else by equal or nearly equal values under a new
 * name (likeness in percent of the rows compared; at least 60, and the best for both sides); the
 * rest was dropped or added. Moves: the fewest columns whose removal leaves the rest in the same
 * order. Deterministic.
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
	long a, b; /* places in the old and the new version; -1: dropped or added */
	bool renamed;
	unsigned likeness;  /* renamed: percent of equal values; 100 also when asserted */
	bool asserted;      /* --rename */
	bool moved;         /* among the common columns */
	bool retyped;       /* type or format differs */
	bool reconstrained; /* constraints or other members of the descriptor differ */
} vv_column_pair;

typedef struct vv_columns {
	vv_column_pair *pairs; /* in the new version's order; a dropped column is after the
	                        * old column that it followed */
	size_t count;
	bool key_changed;     /* the declared or inferred keys differ (names mapped by renames) */
	bool missing_changed; /* missingValues differ */
} vv_columns;

typedef struct vv_columns_options {
	bool no_renames;
	const char *const *rename; /* NULL-ended pairs: old, new, old, new ... */
	/* columns that identify rows on either side, for comparing values; NULL: the key that both
	 * tables have under the same names; else rows whose cells in all columns of one name are
	 * equal are compared, or, where most rows have no such partner, those at the same place */
	const size_t *key_a, *key_b;
	size_t key_count;
} vv_columns_options;

/* Compares the two schemas, and, only where columns are gone on one side and new on
 * the other, values of up to some 10,000 rows (the same rows on both sides). VV_ENOTFOUND:
 * an asserted rename names a column that is not there. */
vv_status vv_columns_match(vv_columns *out, vv_table *a, vv_table *b,
			   const vv_columns_options *opts, vv_error *err);
void vv_columns_clear(vv_columns *c);
VV_AUTO_CLEAR(vv_columns, vv_columns_clear)

/* Place in the new (old) version for a column of the old (new) one; -1. */
long vv_columns_to_new(const vv_columns *c, size_t a);
long vv_columns_to_old(const vv_columns *c, size_t b);

/* No column dropped, added, renamed, moved or retyped? */
bool vv_columns_same(const vv_columns *c);
/* Do equal blocks mean equal rows? Where every common column has the same place. */
bool vv_columns_same_places(const vv_columns *c);

#endif
