/*
 * column_stats: figures of a column: nulls, distinct values, smallest and largest, examples.
 *
 * Memory is bounded for any column: distinct values are counted by a set of hashes that, past its
 * limit, keeps an ever smaller sample (every second hash, every fourth ...), from which the count
 * is estimated.
 */
#ifndef VV_LIB_VIEW_COLUMN_STATS_H
#define VV_LIB_VIEW_COLUMN_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/cell.h"
#include "dataset/schema/schema.h"

#define VV_EXAMPLES 3
#define VV_EXAMPLE_BYTES 200 /* longer values are cut in minimum, maximum and examples */

typedef struct vv_column_stats {
	const vv_field *field;    /* borrowed */
	uint64_t values, missing; /* missing: absent, null, or one of the field's missing values */
	uint64_t misfits;         /* values that are not of the column's type */
	uint64_t *hashes;         /* open-addressed; 0: free */
	size_t used, cap, limit;
	unsigned level;  /* only hashes whose lowest `level` bits are 0 are kept */
	bool zero;       /* the hash 0 was met */
	vv_buf min, max; /* by the type's order; empty before the first value */
	bool any;
	vv_buf scratch; /* digits of compared numbers */
	vv_buf examples[VV_EXAMPLES];
	size_t example_count;
} vv_column_stats;

/* limit: hashes kept at most. */
void vv_column_stats_init(vv_column_stats *s, const vv_field *field, size_t limit);
void vv_column_stats_clear(vv_column_stats *s);
VV_AUTO_CLEAR(vv_column_stats, vv_column_stats_clear)
vv_status vv_column_stats_add(vv_column_stats *s, const vv_cell *cell, vv_error *err);

/* Distinct values; *exact is false when it is an estimate. */
uint64_t vv_column_stats_distinct(const vv_column_stats *s, bool *exact);

#endif
