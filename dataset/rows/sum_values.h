/*
 * sum_values: stores values that are used after their row, such as those of 'group by', min and
 * max, and counts distinct values. Private to dataset/rows.
 */
#ifndef VV_DATASET_ROWS_SUM_VALUES_H
#define VV_DATASET_ROWS_SUM_VALUES_H

#include "base/hash.h"
#include "dataset/rows/condition_code.h"

/* Maximum number of distinct values that are counted exactly. A larger number is estimated from the
 * least hashes. */
#define VV_SUMS_DISTINCT_MAX ((size_t)1 << 20)
/* Number of digits after the point of a fraction without a finite decimal form, such as 1/3, in the
 * values of groups, and when distinct values are counted. */
#define VV_KEY_PLACES 60

/* Appends a value as text for users. Equal values have equal texts. large: the number, if v->state
 * is VV_VALUE_LARGE. places: number of digits after the point of a fraction without a finite
 * decimal form. */
void vv_value_put(vv_buf *out, const vv_operand *v, const vv_ratio *large, vv_operand_kind kind,
		  vv_type type, int places);
/* Appends a value of min or max in a form that vv_kept_value_read reads: a number with all its
 * digits, a time, or a text. large: as for vv_value_put. */
void vv_value_keep(vv_buf *out, const vv_operand *v, const vv_ratio *large, vv_operand_kind kind);
/* Sets *out to the value that vv_value_keep has written. The value points into bytes. Returns false
 * if the bytes are damaged. */
bool vv_kept_value_read(vv_value_room *out, const char *bytes, size_t len, vv_operand_kind kind);

/* A set of hashes of values: a hash table, until vv_distinct_pack makes it a sorted array. All
 * members zero: empty. */
typedef struct vv_distinct {
	vv_hash128 *items; /* owned; in the hash table, a zero hash is a free slot */
	size_t count,      /* number of hashes */
		cap;       /* capacity of the hash table: a power of two; 0: empty, or packed */
	/* more hashes were added than are stored; only the least ones are stored */
	bool over;
} vv_distinct;

/* Adds a hash. Must not be called after vv_distinct_pack. Returns false if memory runs out. */
bool vv_distinct_add(vv_distinct *d, vv_hash128 h);
/* Sorts the hashes, and removes all but the VV_SUMS_DISTINCT_MAX least ones. A second call does
 * nothing. */
void vv_distinct_pack(vv_distinct *d);
/* Returns the number of distinct values. Call vv_distinct_pack first. If d->over, the number is
 * estimated from the distances of the stored hashes. */
uint64_t vv_distinct_count(const vv_distinct *d);

#endif
