/*
 * descent: the origin of a version's rows in the previous version, for histories of rows and cells:
 * one way for all of them, so that they agree.
 *
 * Rows are known by a key where both versions have its columns, under whatever names; else they
 * are compared as a sequence. A row whose key alone changed stays the same row.
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
	bool columns_differ; /* some were added, dropped or renamed */
	bool keyed;          /* rows were joined by the key */
	vv_rowdiff *rows;    /* its changes, to be read; rows that only moved come without cells */
	/* that identifies rows in the older version, NULL-ended: the same key, or, if that version
	 * lacks a column of it, the older version's own; belongs to the older table or the
	 * descent */
	const char *old_key[VV_DESCENT_KEY_MAX + 1];
} vv_descent; /* closed when zeroed */

/* key: names in the newer version, NULL-ended; none: a table without one. numbers: rows are known by their
 * numbers, so that rows which only moved are reported, too. temp_dir may be NULL: /tmp. pool may be NULL. */
vv_status vv_descent_open(vv_descent *out, vv_table *older, vv_table *newer, const char *const *key,
			  bool numbers, const char *temp_dir, vv_pool *pool, vv_error *err);
void vv_descent_close(vv_descent *d);
VV_AUTO_CLEAR(vv_descent, vv_descent_close)

/* Places of a key's columns; false where one is not there. */
bool vv_descent_key(const vv_table *t, const char *const *key, size_t *out, size_t *count);

/* The old places of unchanged rows of the newer version: all others keep their order. */
typedef struct vv_descent_rest {
	uint64_t *gone; /* old rows that have a change */
	size_t count, cap;
} vv_descent_rest;
vv_status vv_descent_rest_add(vv_descent_rest *r, const vv_row_change *c, vv_error *err);
void vv_descent_rest_sort(vv_descent_rest *r); /* once all are known */
/* Goes through the numbers of the others: *next and *skip begin with 0. */
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
