/*
 * added: returns the rows that were added at one place, by one side or both, in the order of the
 * result.
 *
 *   merge_added_put(&a, side, block, err);   blocks of either side
 *   merge_added_begin(m, &a, &any, err);
 *   while (merge_added_next(m, &a, row, err) > 0) { ... }
 */
#ifndef VV_DIFF_MERGE_ADDED_H
#define VV_DIFF_MERGE_ADDED_H

#include "diff/merge/state.h"

typedef struct merge_span {
	uint64_t above; /* as in its block */
	uint64_t row, rows;
} merge_span;
typedef struct merge_spans {
	merge_span *list;
	size_t count, cap;
	size_t at;       /* the span that comes next, */
	uint64_t inside; /* and how many of its rows have gone */
} merge_spans;
typedef struct merge_added {
	merge_spans pending[2];
	enum { ADDED_NONE, ADDED_BY_KEY, ADDED_ONE_BY_ONE } mode;
	size_t first; /* one by one: this side's rows first */
	bool active;
} merge_added;

/* Adds a block of the side's rows to those that are to be returned. */
vv_status merge_added_put(merge_added *a, size_t side, const merge_block *b, vv_error *err);
/* Begins to return the rows put since the last time. Sets *any to false if all of them are already
 * in the result. */
vv_status merge_added_begin(merge *m, merge_added *a, bool *any, vv_error *err);
/* Sets row[i] to the number of the next row in side i; MERGE_NONE: this side lacks the row. Returns
 * 1, 0 after the last row, or a negative status. */
int merge_added_next(merge *m, merge_added *a, uint64_t row[2], vv_error *err);
void merge_added_clear(merge_added *a);

#endif
