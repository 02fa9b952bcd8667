/*
 * match: matches incoming rows with the rows of a version.
 *
 * As long as incoming rows are in the order of the version, the next row of the version, or a row
 * soon after it, matches; then only one bit is stored for each row. When an incoming row does not
 * match like this, the keys of the version are read into an index with 24 bytes for each row.
 */
#ifndef VV_LIB_ARROW_IN_MATCH_H
#define VV_LIB_ARROW_IN_MATCH_H

#include "base/hash.h"
#include "base/hash_index.h"
#include "diff/rows/row_by_number.h"
#include "lib/arrow/in/column.h"
#include "lib/arrow/in/incoming.h"

#define MATCH_NONE UINT64_MAX

typedef enum match_by {
	/* by columns that identify rows; a second incoming row with the same key is an error */
	MATCH_BY_KEY,
	/* by all columns; of several equal rows, the first row without a match is used */
	MATCH_BY_EQUAL,
	MATCH_BY_NUMBER, /* by a column with row numbers */
	/* by position: the n-th incoming row matches the n-th row */
	MATCH_BY_PLACE
} match_by;

typedef struct match_entry {
	vv_hash128 hash;
	uint64_t row;
} match_entry;

typedef struct matcher {
	match_by by;
	vv_table *table;       /* the version; NULL: it has no rows yet */
	vv_row_by_number *old; /* reads cells of table by row number */
	uint64_t rows;         /* number of rows of table */
	const rewrite_column *columns;
	/* places of the key in columns; MATCH_BY_NUMBER: place of the one column */
	const size_t *key;
	size_t key_count;
	incoming_column *number;
	uint8_t *seen;      /* one bit for each row of table: 1 if the row was matched */
	uint64_t found;     /* number of matched rows */
	uint64_t cursor;    /* the row that probably matches next */
	match_entry *index; /* sorted by hash, then by row; NULL: not made yet */
	/* at the first entry of each hash: number of matched rows with this hash */
	uint64_t *taken;
	vv_hash128 *fresh; /* hashes of the keys of new rows */
	size_t fresh_count, fresh_cap;
	vv_hash_index fresh_index;
	incoming_value *values;
	vv_buf bytes, scratch;
} matcher;

/* Opens m. The caller first sets by, table, old, columns, key and number, which m borrows. */
vv_status matcher_open(matcher *m, vv_error *err);
void matcher_close(matcher *m); /* m may be zeroed */

/* Finds the row of the version that matches a row of the current batch. number: number of incoming
 * rows before the batch's row, for messages. *old MATCH_NONE: the row is new. VV_EINPUT: an earlier
 * incoming row has the same key, or there is no row with this row number. */
vv_status matcher_find(matcher *m, size_t row, uint64_t number, uint64_t *old, vv_error *err);

/* If rows are matched by key, checks that a matched row is the right one. VV_EINPUT: its key is
 * null in the incoming type, although its cells are not missing, so the match is uncertain. */
vv_status matcher_check_null(matcher *m, uint64_t row, vv_error *err);
/* Like matcher_check_null, for a row that will change: also checks that no other row has the same
 * key in the incoming types. */
vv_status matcher_check_own(matcher *m, uint64_t row, vv_error *err);
/* Checks rows that are removed. Call this after the last row if the matched rows, or all other
 * rows, are removed. VV_EINPUT: a removed row has the same key as a row that stays. */
vv_status matcher_check_gone(matcher *m, vv_error *err);

/* Marks the next rows of the version as matched; the caller knows that they equal the next incoming
 * rows. Returns their number: at most `most`, and only up to a row that was matched before. */
uint64_t matcher_take(matcher *m, uint64_t most);

static inline bool matcher_has(const matcher *m, uint64_t row)
{
	return m->seen[row / 8] >> (row % 8) & 1;
}

#endif
