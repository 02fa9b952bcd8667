/*
 * found_rows: iterates over the groups of a table, and the rows in them that are wanted and match.
 *
 *   found_rows_open(&f, table, options, err); found_rows_start(f, row, err);
 *   while ((more = found_rows_next(f, &group, err)) > 0) { ... }
 *   found_rows_close(f)
 *
 * One thread at a time, which need not be the same one.
 */
#ifndef VV_LIB_ROWS_FOUND_ROWS_H
#define VV_LIB_ROWS_FOUND_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/progress.h"
#include "check/rules/key_groups.h"
#include "dataset/table/table.h"
#include "lib/rows/where.h"

typedef struct vv_rows_options {
	const size_t *columns; /* places; count 0: all */
	size_t count;
	vv_where *where;           /* NULL: every row; borrowed */
	const vv_key_lookup *keys; /* to find rows by key; NULL: they are not; borrowed */
	/* Only groups whose first row is one of [from, to), from the row `from` on where within is set. */
	uint64_t from, to;
	bool within;
	bool alone;    /* no thread reads ahead */
	bool by_group; /* rows are requested by vv_rows_next_group, else by vv_rows_next */
	const vv_progress *progress;
} vv_rows_options;

typedef struct found_group {
	vv_batch batch;
	uint32_t *rows;  /* places in the batch, in order */
	size_t count;    /* of rows: 0: no match, and the batch has no cells */
	size_t cap, all; /* all: the first `all` are 0, 1, 2 ... ... */
	uint64_t seen;   /* rows of the table up to the end of this group */
} found_group;
void found_group_init(found_group *g);
void found_group_clear(found_group *g);

typedef struct found_rows found_rows;
/* Borrows the table and everything in the options except columns. */
vv_status found_rows_open(found_rows **out, vv_table *t, const vv_rows_options *opts,
			  vv_error *err);
/* The group that has this row: its number, and its first row. */
vv_status found_rows_group_of(uint64_t *index, uint64_t *first, const vv_table *t, uint64_t row,
			      vv_error *err);

/* From this row on. Before the first group. */
vv_status found_rows_start(found_rows *f, uint64_t row, vv_error *err);
/* The next group into out, whose former content is replaced: 1, 0, <0. */
int found_rows_next(found_rows *f, found_group *out, vv_error *err);
void found_rows_close(found_rows *f); /* accepts NULL */

#endif
