/*
 * same_values: finds columns of two versions that have the same values, each value once, in any
 * order of the rows: a column that identifies rows and was renamed.
 *
 * A candidate is a column, or several whose values count together (a key of several columns). For
 * each the values with the smallest hashes are compared, so that a large table costs one pass over
 * its candidates and a fixed amount of memory; candidates with repeated values are dropped while
 * they are read.
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
	bool repeats; /* a value came twice: nothing else is known */
} vv_value_set;

/* Reads the values of all sets. Values that are empty in every column do not count. The caller
 * clears the sets in any case. */
vv_status vv_value_sets_read(vv_value_set *sets, size_t count, vv_table *t, vv_error *err);
/* How many of the values that one or both have are in both, in percent; 0 where values repeat. */
unsigned vv_value_sets_likeness(const vv_value_set *a, const vv_value_set *b);
void vv_value_sets_clear(vv_value_set *sets, size_t count);

#endif
