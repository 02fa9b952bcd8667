/*
 * same_values: finds columns of two versions that have the same values, each value once, in any
 * order of rows. So renamed columns that identify rows are found.
 *
 * A candidate is a column, or several columns whose values are combined (a key of several columns).
 * For each candidate, the values with the smallest hashes are compared, so a large table needs one
 * pass over the candidates and a fixed amount of memory. Candidates with repeated values are
 * dropped while they are read.
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
	size_t columns[VV_KEY_COLUMNS_MAX]; /* set by the caller: places in the version, */
	size_t count;                       /* at least one */
	uint64_t *least;                    /* the smallest hashes of values, ascending */
	size_t least_count, cap;
	bool repeats; /* a value is repeated; the other members are not valid */
} vv_value_set;

/* Reads the values of all sets. Ignores values that are empty in every column. The caller clears
 * the sets, also after a failure. */
vv_status vv_value_sets_read(vv_value_set *sets, size_t count, vv_table *t, vv_error *err);
/* Returns the common values of both sets in percent of all their values; 0 if a set has repeated
 * values. */
unsigned vv_value_sets_likeness(const vv_value_set *a, const vv_value_set *b);
void vv_value_sets_clear(vv_value_set *sets, size_t count);

#endif
