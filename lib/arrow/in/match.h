/*
 * match: matches incoming rows with those of the version.
 *
 * Most incoming rows are in the version's order: the next row of the version, or one soon after
 * it, matches, and only a bit for each row is stored. When this fails for the first time, the keys
 * of the version are read once into an index with 24 bytes for each row.
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
	/* by columns that identify rows; two incoming rows with the same key are refused */
	MATCH_BY_KEY,
	/* by all columns; equal rows may repeat: the first unmatched one is taken */
	MATCH_BY_EQUAL,
	MATCH_BY_NUMBER, /* by a column with row numbers */
	MATCH_BY_PLACE
} match_by;

typedef struct match_entry {
	vv_hash128 hash;
	uint64_t row;
} match_entry;

typedef struct matcher {
	match_by by;
	vv_table *table;       /* the version; NULL: no rows yet */
	vv_row_by_number *old; /* the cells of table by row number */
	uint64_t rows;         /* number of rows of table */
	const rewrite_column *columns;
	const size_t *key; /* places of the key in columns; MATCH_BY_NUMBER: the one column */
	size_t key_count;
	incoming_column *number;
	uint8_t *seen;      /* one bit for each row of table: it was found */
	uint64_t found;     /* number of found rows */
	uint64_t cursor;    /* the row that likely matches next */
	match_entry *index; /* sorted by hash, then row; NULL: not made yet */
	/* for the first entry of each hash: the number of found rows with this hash */
	uint64_t *taken;
	vv_hash128 *fresh; /* keys of new rows */
	size_t fresh_count, fresh_cap;
	vv_hash_index fresh_index;
	incoming_value *values;
	vv_buf bytes, scratch;
} matcher;

/* Opens m. The caller sets by, table, old, columns, key and number; m borrows them. */
vv_status matcher_open(matcher *m, vv_error *err);
void matcher_close(matcher *m); /* accepts zeroes */

/* Finds the version's row for a row of the current batch. number: number of incoming rows before
 * it, for messages. *old MATCH_NONE: the row is new. VV_EINPUT: an earlier row has the same key,
 * or the row number does not exist. */
vv_status matcher_find(matcher *m, size_t row, uint64_t number, uint64_t *old, vv_error *err);

/* If rows are matched by key, checks that a found row is certainly the right one. VV_EINPUT: it
 * is not: its key is null in the incoming type, although its cells are not missing. */
vv_status matcher_check_null(matcher *m, uint64_t row, vv_error *err);
/* Checks a row that will change as matcher_check_null does, and also that no other row has the
 * same key in the incoming types. */
vv_status matcher_check_own(matcher *m, uint64_t row, vv_error *err);
/* Call it after the last row if the found rows, or all others, are removed. Fails if a removed
 * row has the same key as a row that stays. */
vv_status matcher_check_gone(matcher *m, vv_error *err);

/* Marks the version's next rows as found, if the caller knows that they equal the next incoming
 * rows. Returns their number: at most `most`, and only up to a row that was found before. */
uint64_t matcher_take(matcher *m, uint64_t most);

static inline bool matcher_has(const matcher *m, uint64_t row)
{
	return m->seen[row / 8] >> (row % 8) & 1;
}

#endif
