/*
 * column_stats: computes statistics of a column: missing and distinct values, smallest and largest
 * value, examples.
 *
 * Memory is limited for any column: distinct values are counted by a set of hashes. If the set
 * reaches its limit, it is reduced to a sample (every second hash, then every fourth, ...), from
 * which the number is estimated.
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

#define VV_EXAMPLES 3        /* maximum number of examples */
#define VV_EXAMPLE_BYTES 200 /* longer values are truncated in minimum, maximum and examples */

/* One value = the statistics of one column. */
typedef struct vv_column_stats {
	const vv_field *field; /* borrowed */
	/* missing: number of cells that are absent, null or a missing value of the field; values:
	 * number of all other cells */
	uint64_t values, missing;
	/* number of values that are not of the column's type; these are not in min, max and
	 * examples */
	uint64_t misfits;
	/* hashes of values, in a hash table with open addressing; 0: free slot */
	uint64_t *hashes;
	/* used: number of hashes in the table; cap: number of slots; limit: approximate maximum of
	 * `used` */
	size_t used, cap, limit;
	unsigned level; /* the sample has the hashes whose lowest `level` bits are 0 */
	bool zero;      /* the hash 0, which is not in the table, occurred */
	/* smallest and largest value, in the order of the type (vv_value_text_rank); empty before the
	 * first value */
	vv_buf min, max;
	uint8_t min_state, max_state; /* states of these cells */
	bool any;                     /* min and max are set */
	vv_buf scratch;               /* memory for the digits of compared values */
	vv_buf examples[VV_EXAMPLES]; /* the first distinct values */
	size_t example_count;
} vv_column_stats;

/* Initialises *s for a column with the field `field`, which is borrowed. limit: the approximate
 * maximum number of hashes, which is at least 64, and rounded up to a power of two. */
void vv_column_stats_init(vv_column_stats *s, const vv_field *field, size_t limit);
void vv_column_stats_clear(vv_column_stats *s);
VV_AUTO_CLEAR(vv_column_stats, vv_column_stats_clear)
/* Adds *cell, a cell of the column, to the statistics. */
vv_status vv_column_stats_add(vv_column_stats *s, const vv_cell *cell, vv_error *err);

/* Returns the number of distinct values; sets *exact to false if it is an estimate, else to
 * true. */
uint64_t vv_column_stats_distinct(const vv_column_stats *s, bool *exact);

#endif
