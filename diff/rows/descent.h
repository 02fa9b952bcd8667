/*
 * descent: finds the rows of a version in the previous version, in the same way for every history of rows or cells.
 *
 * If both versions have the columns of a key, renamed or not, rows are matched by the key; else they are compared as a
 * sequence. A row whose key alone changed stays the same row.
 */
#ifndef VV_DIFF_ROWS_DESCENT_H
#define VV_DIFF_ROWS_DESCENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/thread.h"
#include "dataset/table/table.h"
#include "diff/rows/columns.h"
#include "diff/rows/rowdiff.h"

#define VV_DESCENT_KEY_MAX 16u

typedef struct vv_descent {
	vv_columns columns;
	bool columns_differ; /* columns were added, dropped or renamed */
	bool keyed;          /* rows are matched by the key */
	/* the changes, for the caller to read; a row that only moved has no cells */
	vv_rowdiff *rows;
	/* the key in the older version, ended by NULL: the same columns under their older names, or, if the older version
	 * lacks one of them, the older version's own key. Borrowed from the older table or the descent. */
	const char *old_key[VV_DESCENT_KEY_MAX + 1];
} vv_descent; /* zeroed: closed */

/* key: names of columns in the newer version, ended by NULL; an empty list: no key. numbers: the caller identifies rows
 * by their numbers, so rows that only moved are reported, too. temp_dir NULL: /tmp. pool can be NULL. */
vv_status vv_descent_open(vv_descent *out, vv_table *older, vv_table *newer, const char *const *key,
			  bool numbers, const char *temp_dir, vv_pool *pool, vv_error *err);
void vv_descent_close(vv_descent *d);
VV_AUTO_CLEAR(vv_descent, vv_descent_close)

/* The places of the key's columns in t. False: t lacks a column, or the key has more than VV_DESCENT_KEY_MAX columns. */
bool vv_descent_key(const vv_table *t, const char *const *key, size_t *out, size_t *count);

/* Finds the old numbers of rows without a change. These rows have the same order in both versions, so the old number of
 * each follows from the old numbers of the rows with a change. */
typedef struct vv_descent_rest {
	uint64_t *gone; /* the old numbers of rows with a change */
	size_t count, cap;
} vv_descent_rest;
/* Adds the old number of a changed row; an added row has none. */
vv_status vv_descent_rest_add(vv_descent_rest *r, const vv_row_change *c, vv_error *err);
void vv_descent_rest_sort(vv_descent_rest *r); /* call after the last change was added */
/* Returns the old number of the next unchanged row. *next and *skip are 0 before the first call, and kept between
 * calls. */
static inline uint64_t vv_descent_rest_next(const vv_descent_rest *r, uint64_t *next, size_t *skip)
{
	for (; *skip < r->count && r->gone[*skip] == *next; (*skip)++) {
		(*next)++;
	}
	return (*next)++;
}
void vv_descent_rest_clear(vv_descent_rest *r);
VV_AUTO_CLEAR(vv_descent_rest, vv_descent_rest_clear)

#endif
