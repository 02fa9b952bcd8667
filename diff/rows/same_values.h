/*
 * same_values: finds columns of two versions that have the same values. Each value counts once, and
 * the order of rows does not matter. This finds renamed columns that identify rows.
 *
 * A candidate is a column, or several columns whose values are combined, as in a key. For each
 * candidate, only the values with the smallest hashes are kept and compared (a MinHash estimate),
 * so even a large table needs only one pass and a fixed amount of memory. A candidate with repeated
 * values is dropped while it is read.
 */
#ifndef VV_DIFF_ROWS_SAME_VALUES_H
#define VV_DIFF_ROWS_SAME_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "dataset/schema/key.h"
#include "dataset/table/table.h"

typedef struct vv_value_set {
	/* places of the columns in the version; set by the caller */
	size_t columns[VV_KEY_COLUMNS_MAX];
	size_t count;    /* number of columns, at least one; set by the caller */
	uint64_t *least; /* the smallest hashes of values, ascending */
	size_t least_count, cap;
	bool repeats; /* a value occurs twice; the other results are then not valid */
} vv_value_set;

/* Reads the values of all sets. Values that are empty in every column are ignored. The caller
 * clears the sets, also after a failure. */
vv_status vv_value_sets_read(vv_value_set *sets, size_t count, vv_table *t, vv_error *err);
/* Returns an estimate of the share of values that both sets have, in percent of all distinct values
 * of both. Returns 0 if a set has repeated values. */
unsigned vv_value_sets_likeness(const vv_value_set *a, const vv_value_set *b);
void vv_value_sets_clear(vv_value_set *sets, size_t count);

#endif
