/*
 * sum_values: values that outlive their row: of groups, of min and max, and how many differ. Private to dataset/rows.
 */
#ifndef VV_DATASET_ROWS_SUM_VALUES_H
#define VV_DATASET_ROWS_SUM_VALUES_H

#include "base/hash.h"
#include "dataset/rows/condition_code.h"

/* More distinct values than that are estimated, from the least of their hashes. */
#define VV_SUMS_DISTINCT_MAX ((size_t)1 << 20)
#define VV_KEY_PLACES                                                                              \
	60 /* of a fraction that is not a decimal, in a group or among distinct
			  * values */

/* One text for one value, as people read it. */
void vv_value_put(vv_buf *out, const vv_operand *v, const vv_ratio *large, vv_operand_kind kind,
		  vv_type type, int places);
/* A value that lasts, of min and max: a number whole, a time, or a text. */
void vv_value_keep(vv_buf *out, const vv_operand *v, const vv_ratio *large, vv_operand_kind kind);
/* Reads it; bytes are borrowed. False: it is damaged. */
bool vv_kept_value_read(vv_value_room *out, const char *bytes, size_t len, vv_operand_kind kind);

/* Values' hashes: a table by hash, until vv_distinct_pack makes an array in order of it. All zero: none. */
typedef struct vv_distinct {
	vv_hash128 *items; /* owned; of the table those that are not zero */
	size_t count, cap; /* cap: a power of two, or none */
	bool over;         /* only the least are left */
} vv_distinct;

bool vv_distinct_add(vv_distinct *d, vv_hash128 h); /* false: out of memory */
/* Sorts them; above the limit of distinct values only the least are kept. */
void vv_distinct_pack(vv_distinct *d);
/* How many there are, after vv_distinct_pack: of an estimate by how far the hashes are apart. */
uint64_t vv_distinct_count(const vv_distinct *d);

#endif
