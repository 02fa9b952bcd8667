/*
 * match: matches incoming rows with the rows of a version.
 *
 * If incoming rows are in the order of the version, each matches the next row of the version, or a
 * row soon after it. Then only one bit is stored for each row of the version. When an incoming row
 * does not match in this way, all keys of the version are read into an index, which needs 32 bytes
 * for each row.
 */
#ifndef VV_LIB_ARROW_IN_MATCH_H
#define VV_LIB_ARROW_IN_MATCH_H

#include "base/hash.h"
#include "base/hash_index.h"
#include "diff/rows/row_by_number.h"
#include "lib/arrow/in/column.h"
#include "lib/arrow/in/incoming.h"

#define MATCH_NONE UINT64_MAX /* no row */

/* How rows are matched. */
typedef enum match_by {
	/* by columns that identify rows (the key); a second incoming row with the same key is an
	 * error */
	MATCH_BY_KEY,
	/* by all columns that the data and the version have; of several equal rows, the first row
	 * without a match is used */
	MATCH_BY_EQUAL,
	MATCH_BY_NUMBER, /* by a column with row numbers */
	/* by position: the n-th incoming row matches the n-th row */
	MATCH_BY_PLACE
} match_by;

/* An entry of the index. */
typedef struct match_entry {
	vv_hash128 hash; /* of the row's key */
	uint64_t row;    /* the row's number in the version */
} match_entry;

/* The state of matching. */
typedef struct matcher {
	match_by by; /* how rows are matched */
	/* the key was inferred: an incoming row with the key of an earlier one is a new row */
	bool may_repeat;
	vv_table *table;       /* the version; NULL: it has no rows yet */
	vv_row_by_number *old; /* reads cells of table by row number */
	uint64_t rows;         /* number of rows of table */
	const rewrite_column *columns;
	/* indexes in columns of the columns by which rows are matched */
	const size_t *key;
	size_t key_count;
	incoming_column *number; /* MATCH_BY_NUMBER: the column with row numbers */
	uint8_t *seen;           /* one bit for each row of table: 1 if the row was matched */
	uint64_t found;          /* number of matched rows */
	uint64_t cursor;         /* the row that probably matches next */
	match_entry *index;      /* sorted by hash, then by row; NULL: not made yet */
	/* if index[i] is the first entry with its hash, the rows of the first taken[i] entries with
	 * this hash are matched */
	uint64_t *taken;
	vv_hash128 *fresh; /* hashes of the keys of incoming rows that the version lacks */
	size_t fresh_count, fresh_cap;
	vv_hash_index fresh_index; /* finds a hash in fresh */
	incoming_value *values;    /* the key of the current row */
	vv_buf bytes, scratch;     /* temporary data */
} matcher;

/* Opens m. The caller first zeroes m, and sets by, table, old, columns, key, key_count and number;
 * m borrows them. Call matcher_close also on failure. */
vv_status matcher_open(matcher *m, vv_error *err);
void matcher_close(matcher *m); /* m may be zeroed */

/* Finds the row of the version that matches an incoming row, sets *old to its number, and marks it
 * as matched. Sets *old to MATCH_NONE if the incoming row is new. row: the row's index in the
 * current batch; number: its number among all incoming rows, from 1, for messages. VV_EINPUT: an
 * earlier incoming row has the same key or row number, or the version has no row with this row
 * number. */
vv_status matcher_find(matcher *m, size_t row, uint64_t number, uint64_t *old, vv_error *err);

/* If rows are matched by key, checks that the key of a row of the version can be compared with null
 * keys of incoming rows. VV_EINPUT: a cell of the row's key is not missing, but is null if
 * converted to the incoming type. */
vv_status matcher_check_null(matcher *m, uint64_t row, vv_error *err);
/* For a row that will change: calls matcher_check_null, and checks that no other row of the version
 * has the same key after conversion to the incoming types. VV_EINPUT: another row has this key. */
vv_status matcher_check_own(matcher *m, uint64_t row, vv_error *err);
/* Checks that no row is removed by mistake. The caller calls this after the last incoming row if it
 * removes either all matched rows or all other rows. VV_EINPUT: after conversion to the incoming
 * types, a removed row has the same key as a row that is not removed. */
vv_status matcher_check_gone(matcher *m, vv_error *err);

/* Marks rows of the version, from m->cursor on, as matched. The caller has found that they equal
 * the next incoming rows. Marks at most `most` rows, and stops before a row that was already
 * matched. Returns the number of marked rows. */
uint64_t matcher_take(matcher *m, uint64_t most);

/* Returns true if the row of the version is marked as matched. */
static inline bool matcher_has(const matcher *m, uint64_t row)
{
	return m->seen[row / 8] >> (row % 8) & 1;
}

#endif
