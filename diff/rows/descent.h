/*
 * descent: finds the rows of a version in the previous version. All histories of rows and cells use this module, so
 * that all of them match rows in the same way.
 *
 * If both versions have the columns of a key, renamed or not, rows are matched by the key; else the rows are compared
 * as sequences. A row counts as the same row if only its key changed.
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
	/* names of the key's columns in the older version, ended by NULL. If the older version lacks one of them,
	 * these are the names of its own key. Borrowed from the older table or the descent. */
	const char *old_key[VV_DESCENT_KEY_MAX + 1];
} vv_descent; /* zeroed: closed */

/* Opens the comparison of two versions. key: names of columns in the newer version, ended by NULL; an empty list: no
 * key. numbers: the caller identifies rows by their numbers, so rows that only moved are reported, too. temp_dir: the
 * folder for temporary files; NULL: /tmp. pool: the threads to use; may be NULL. The tables must stay open until
 * vv_descent_close. */
vv_status vv_descent_open(vv_descent *out, vv_table *older, vv_table *newer, const char *const *key,
			  bool numbers, const char *temp_dir, vv_pool *pool, vv_error *err);
void vv_descent_close(vv_descent *d);
VV_AUTO_CLEAR(vv_descent, vv_descent_close)

/* Sets out to the places of the key's columns in t, and *count to their number. out has room for VV_DESCENT_KEY_MAX
 * places. False: t lacks a column, or the key has more columns. */
bool vv_descent_key(const vv_table *t, const char *const *key, size_t *out, size_t *count);

/* Finds the old numbers of the rows without a change. Unchanged rows have the same order in both versions. So the old
 * number of the next unchanged row is the next number that is not in `gone`. */
typedef struct vv_descent_rest {
	uint64_t *gone; /* the old numbers of the rows with a change */
	size_t count, cap;
} vv_descent_rest;
/* Adds the old number of a row with a change. Does nothing for an added row, which has no old number. */
vv_status vv_descent_rest_add(vv_descent_rest *r, const vv_row_change *c, vv_error *err);
void vv_descent_rest_sort(vv_descent_rest *r); /* call after the last change was added */
/* Returns the old number of the next row without a change. The caller sets *next and *skip to 0 before the first call,
 * and does not change them between calls. */
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
