/*
 * sum_values: keeps values beyond the row that they are read from: the values of groups, and of min
 * and max; and counts distinct values. Private to dataset/rows.
 */
#ifndef VV_DATASET_ROWS_SUM_VALUES_H
#define VV_DATASET_ROWS_SUM_VALUES_H

#include "base/hash.h"
#include "dataset/rows/condition_code.h"

/* Maximum number of distinct values that are counted exactly. A larger number is estimated from the
 * least hashes. */
#define VV_SUMS_DISTINCT_MAX ((size_t)1 << 20)
/* For groups and distinct values: digits after the point of a fraction that has no finite decimal
 * form (1/3). */
#define VV_KEY_PLACES 60

/* Appends a value as readable text. Equal values have equal texts. large: the number, if v->state
 * is VV_VALUE_LARGE. places: digits after the point of a fraction that has no finite decimal
 * form. */
void vv_value_put(vv_buf *out, const vv_operand *v, const vv_ratio *large, vv_operand_kind kind,
		  vv_type type, int places);
/* Appends a value of min or max, for vv_kept_value_read: a number with all its digits, a time, or a
 * text. large: as for vv_value_put. */
void vv_value_keep(vv_buf *out, const vv_operand *v, const vv_ratio *large, vv_operand_kind kind);
/* Reads a value written by vv_value_keep. *out borrows bytes. Returns false if the bytes are
 * damaged. */
bool vv_kept_value_read(vv_value_room *out, const char *bytes, size_t len, vv_operand_kind kind);

/* A set of hashes of values: a hash table, until vv_distinct_pack makes it a sorted array. All
 * members zero: empty. */
typedef struct vv_distinct {
	vv_hash128 *items; /* owned; in the hash table, a zero hash is a free slot */
	size_t count, cap; /* cap: a power of two, or 0 */
	bool over;         /* only the least hashes are stored */
} vv_distinct;

/* Adds a hash. Returns false if memory runs out. */
bool vv_distinct_add(vv_distinct *d, vv_hash128 h);
/* Sorts the hashes. If there are more than VV_SUMS_DISTINCT_MAX, only the least hashes stay. */
void vv_distinct_pack(vv_distinct *d);
/* Returns the number of distinct values. Call vv_distinct_pack first. If only the least hashes are
 * stored, the result is estimated from their distance. */
uint64_t vv_distinct_count(const vv_distinct *d);

#endif
