/*
 * match: matches incoming rows with those of the version.
 *
 * Rows mostly come in the version's order: then the next row, or one soon after it, is the one, and nothing is kept but
 * a bit for each row. The first row for which that fails has the keys of the version read once into an index, of 24 bytes
 * a row.
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
	MATCH_BY_KEY, /* columns that identify rows: two incoming rows with one key are refused */
	MATCH_BY_EQUAL, /* columns, all of them, that may repeat: the first row that is left is taken */
	MATCH_BY_NUMBER, /* a column with the numbers of rows */
	MATCH_BY_PLACE
} match_by;

typedef struct match_entry {
	vv_hash128 hash;
	uint64_t row;
} match_entry;

typedef struct matcher {
	match_by by;
	vv_table *table;       /* NULL: no rows yet */
	vv_row_by_number *old; /* of it */
	uint64_t rows;         /* it has */
	const rewrite_column *columns;
	const size_t *key; /* which of them; of NUMBER the one column */
	size_t key_count;
	incoming_column *number;
	uint8_t *seen;      /* a bit for each row that was found */
	uint64_t found;     /* number found */
	uint64_t cursor;    /* the row that is likely the next */
	match_entry *index; /* by hash, then row; NULL: not made */
	/* how many of the rows from an entry on, which have its hash, were found */
	uint64_t *taken;
	vv_hash128 *fresh; /* keys of new rows */
	size_t fresh_count, fresh_cap;
	vv_hash_index fresh_index;
	incoming_value *values;
	vv_buf bytes, scratch;
} matcher;

/* by, table, old, columns, key and number are set by the caller, and borrowed. */
vv_status matcher_open(matcher *m, vv_error *err);
void matcher_close(matcher *m); /* accepts zeroes */

/* The row of the batch at hand; number: how many rows came before it, for messages. *old MATCH_NONE: a new one.
 * VV_EINPUT: its key came before, or its number is that of no row. */
vv_status matcher_find(matcher *m, size_t row, uint64_t number, uint64_t *old, vv_error *err);

/* Where rows are matched by key, is it certain that a row that was found is meant? VV_EINPUT: no. Its key is null in the data,
 * but its cells are not missing. */
vv_status matcher_check_null(matcher *m, uint64_t row, vv_error *err);
/* For a row that will change: the same, or another row has its key in the data's types. */
vv_status matcher_check_own(matcher *m, uint64_t row, vv_error *err);
/* After the last row, if the found rows are removed, or all others: fails if a removed row has the key of one that
 * stays. */
vv_status matcher_check_gone(matcher *m, vv_error *err);

/* The next rows of the version are, as is known, the next ones that come, which would be found there. How many of the `most`: up
 * to one that was found before. */
uint64_t matcher_take(matcher *m, uint64_t most);

static inline bool matcher_has(const matcher *m, uint64_t row)
{
	return m->seen[row / 8] >> (row % 8) & 1;
}

#endif
