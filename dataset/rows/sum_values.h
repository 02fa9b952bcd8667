/*
 * sum_values: values that outlive their row: values of groups, of min and max, and counts of distinct values. Private
 * to dataset/rows.
 */
#ifndef VV_DATASET_ROWS_SUM_VALUES_H
#define VV_DATASET_ROWS_SUM_VALUES_H

#include "base/hash.h"
#include "dataset/rows/condition_code.h"

/* The number of distinct values, if larger than this, is estimated from their least hashes. */
#define VV_SUMS_DISTINCT_MAX ((size_t)1 << 20)
#define VV_KEY_PLACES                                                                              \
	60 /* of a fraction that is not a decimal, in a group or among distinct
			  * values */

/* Appends a value as readable text; equal values have equal texts. */
void vv_value_put(vv_buf *out, const vv_operand *v, const vv_ratio *large, vv_operand_kind kind,
		  vv_type type, int places);
/* Appends a value of min or max, to be read by vv_kept_value_read: a number with all digits, a time, or a text. */
void vv_value_keep(vv_buf *out, const vv_operand *v, const vv_ratio *large, vv_operand_kind kind);
/* Reads a value that vv_value_keep wrote; borrows bytes. False: the bytes are damaged. */
bool vv_kept_value_read(vv_value_room *out, const char *bytes, size_t len, vv_operand_kind kind);

/* The hashes of values: a hash table, until vv_distinct_pack makes it a sorted array. All zero: empty. */
typedef struct vv_distinct {
	vv_hash128 *items; /* owned; in the hash table, zero is a free place */
	size_t count, cap; /* cap: a power of two, or 0 */
	bool over;         /* only the least are left */
} vv_distinct;

bool vv_distinct_add(vv_distinct *d, vv_hash128 h); /* false: out of memory */
/* Sorts the hashes; if there are more than VV_SUMS_DISTINCT_MAX, only the least are kept. */
void vv_distinct_pack(vv_distinct *d);
/* The number of distinct values, after vv_distinct_pack. If only the least hashes were kept, an estimate from their
 * distance. */
uint64_t vv_distinct_count(const vv_distinct *d);

#endif
