/*
 * same_values: finds columns of two versions that have the same values, regardless of the order of
 * rows, to recognize renamed columns that identify rows.
 *
 * A value set is the set of the values of a column, or of the combined values of several columns,
 * as in a key. Only the 4,096 smallest hashes of the values are stored and compared (a MinHash
 * estimate), so even a large table needs only one pass and a fixed amount of memory. Reading a set
 * ends soon after one of these values repeats.
 */
#ifndef VV_DIFF_ROWS_SAME_VALUES_H
#define VV_DIFF_ROWS_SAME_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "dataset/schema/key.h"

typedef struct vv_table vv_table;

/* The values of one column, or of several columns together. */
typedef struct vv_value_set {
	/* indexes of the columns in the version; set by the caller */
	size_t columns[VV_KEY_COLUMNS_MAX];
	size_t count;       /* number of columns, at least one; set by the caller */
	uint64_t *least;    /* the smallest hashes of values, ascending; owned */
	size_t least_count, /* number of these hashes */
		cap;        /* capacity of least */
	/* one of the values with the smallest hashes occurs more than once; least is then not
	 * valid. false does not prove that all values are different */
	bool repeats;
} vv_value_set;

/* Reads the values of count sets from t. In each set, the caller sets columns and count, and all
 * other members to zero. Rows that are empty in all columns of a set are ignored. The caller clears
 * the sets, also after a failure. */
vv_status vv_value_sets_read(vv_value_set *sets, size_t count, vv_table *t, vv_error *err);
/* Returns an estimate of how many values both sets have, in percent of all distinct values of both.
 * Returns 0 if `repeats` is true for a set, or if both sets are empty. */
unsigned vv_value_sets_likeness(const vv_value_set *a, const vv_value_set *b);
void vv_value_sets_clear(vv_value_set *sets, size_t count);

#endif
