/*
 * descent: finds the rows of a version in an older version. All functions that show the history of
 * rows or cells use this module, so that all of them match rows in the same way.
 *
 * If both versions have the columns of a key, renamed or not, rows are matched by the key; else
 * rows are compared as sequences. A row of which only the key changed counts as the same row.
 */
#ifndef VV_DIFF_ROWS_DESCENT_H
#define VV_DIFF_ROWS_DESCENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/thread.h"
#include "diff/rows/columns.h"

typedef struct vv_row_change vv_row_change;
typedef struct vv_rowdiff vv_rowdiff;
typedef struct vv_table vv_table;

#define VV_DESCENT_KEY_MAX 16u /* maximum number of columns of a key */

/* The comparison of two versions. All members zero: closed. */
typedef struct vv_descent {
	vv_columns columns;  /* the pairs of columns */
	bool columns_differ; /* columns were added, dropped or renamed */
	bool keyed;          /* rows are matched by the key */
	/* the changed rows, which the caller reads with vv_rowdiff_next; a row that only moved has
	 * no cells */
	vv_rowdiff *rows;
	/* column names of the older version, followed by NULL; borrowed from the older table. With
	 * `keyed`, those of the key's columns; else those of the older version's own key, or none
	 * if it has no key or one of more than VV_DESCENT_KEY_MAX columns */
	const char *old_key[VV_DESCENT_KEY_MAX + 1];
} vv_descent;

/* Opens the comparison of two versions. key: names of the key's columns in the newer version,
 * followed by NULL; an empty list: no key. numbers: also report rows that only moved, because the
 * caller identifies rows by their numbers; without a key, they are always reported. temp_dir: the
 * folder for temporary files; NULL: /tmp. pool: the threads to use; may be NULL. The tables must
 * stay open until vv_descent_close, which the caller calls also after a failure. */
vv_status vv_descent_open(vv_descent *out, vv_table *older, vv_table *newer, const char *const *key,
			  bool numbers, const char *temp_dir, vv_pool *pool, vv_error *err);
void vv_descent_close(vv_descent *d);
VV_AUTO_CLEAR(vv_descent, vv_descent_close)

/* Sets out to the indexes of the key's columns in t, and *count to their number. key: names,
 * followed by NULL. out has room for VV_DESCENT_KEY_MAX indexes. Returns false if t lacks a column,
 * or if the key has more than VV_DESCENT_KEY_MAX columns. */
bool vv_descent_key(const vv_table *t, const char *const *key, size_t *out, size_t *count);

/* Data for finding the old numbers of the rows without a change. If the descent reports moved rows,
 * unchanged rows have the same order in both versions: the old number of the next unchanged row is
 * the next number that is not in `gone`. All members zero: empty. */
typedef struct vv_descent_rest {
	uint64_t *gone; /* the old numbers of the rows with a change */
	size_t count,   /* number of elements of gone */
		cap;    /* capacity of gone */
} vv_descent_rest;
/* Adds the old number of a row with a change. Does nothing for an added row, which has no old
 * number. */
vv_status vv_descent_rest_add(vv_descent_rest *r, const vv_row_change *c, vv_error *err);
void vv_descent_rest_sort(vv_descent_rest *r); /* call after the last change was added */
/* Returns the old number of the next row without a change. The caller sets *next and *skip to 0
 * before the first call, and does not change them between calls. */
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
