/*
 * rekeyed: rows of base that have another key in a side, because the side changed the key, or because an earlier merge
 * did.
 */
#ifndef VV_DIFF_MERGE_REKEYED_H
#define VV_DIFF_MERGE_REKEYED_H

#include "diff/merge/state.h"

/* Single rows that a comparison reported. */
typedef struct merge_told {
	merge_run *pairs; /* changed or moved: one row each */
	size_t pair_count, pair_cap;
	uint64_t *gone, *added, *changed;
	size_t gone_count, gone_cap, added_count, added_cap, changed_count, changed_cap;
	uint64_t *rekeyed; /* of base: the key is another, all other cells are equal */
	size_t rekeyed_count, rekeyed_cap;
} merge_told;

/* Corrects the rows that the comparisons of base with both sides reported. Changes of the other side belong to the row, not
 * to its key: a row that an earlier merge moved is paired with the row of base. Where both sides bring one key
 * with different rows, these count as added. Sets the members apart, clashes and contested of merge. Requires
 * merge_columns_match. */
vv_status merge_rekeyed_settle(merge *m, merge_told t[2], vv_error *err);

/* A key that a side brings, by hash, with the row of the side. */
typedef struct merge_key_row {
	vv_hash128 key;
	uint64_t row;
} merge_key_row;
/* Sets *out to the key of a row. types: of the result, for rows of both sides, or of base. */
vv_status merge_key_hash(merge *m, merge_side *s, uint64_t row, const vv_schema *types,
			 merge_key_row *out, vv_error *err);

/* Adds a row, or a run, to a list. */
vv_status merge_row_add(uint64_t **list, size_t *count, size_t *cap, uint64_t row, vv_error *err);
vv_status merge_run_add(merge_run **list, size_t *count, size_t *cap, merge_run r, vv_error *err);
/* Sorts a list, which may be empty and NULL. */
void merge_list_sort(void *list, size_t count, size_t size,
		     int (*order)(const void *, const void *));

#endif
