/*
 * moves: which of the runs that both versions have changed their order: as few rows as possible.
 */
#include "diff/rows/match_steps.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/sys.h"

void row_moves_add(row_moves *m, uint64_t old_row, uint64_t new_row, uint64_t rows)
{
	const row_run one = {.old_row = old_row, .new_row = new_row, .rows = rows, .moved = true};
	row_run *last = m->count > 0 ? &m->list[m->count - 1] : NULL;
	if (last && last->old_row + last->rows == old_row &&
	    last->new_row + last->rows == new_row) {
		last->rows += rows;
	} else {
		m->failed |= !vv_array_add(m->list, m->count, m->cap, one);
	}
}

static int by_new_row(const void *a, const void *b)
{
	const row_run *const *x = a, *const *y = b;
	return (*x)->new_row < (*y)->new_row ? -1 : (*x)->new_row > (*y)->new_row;
}

/* The best chain among the first ranks, in a Fenwick tree: its weight and last run. */
typedef struct chain {
	uint64_t weight;
	size_t last; /* + 1; 0: none */
} chain;

vv_status row_moves_settle(row_moves *m, vv_error *err)
{
	size_t n = m->count;
	vv_auto_free row_run **order = vv_calloc(n + 1, sizeof(*order));
	vv_auto_free chain *tree = vv_calloc(n + 1, sizeof(*tree));
	vv_auto_free size_t *rank = vv_calloc(n + 1, sizeof(*rank)),
			    *before = vv_calloc(n + 1, sizeof(*before));
	chain best = {0, 0};
	if (m->failed || !order || !tree || !rank || !before) return vv_fail_nomem(err);
	for (size_t i = 0; i < n; i++) {
		order[i] = &m->list[i];
	}
	if (n > 1) {
		qsort(order, n, sizeof(*order), by_new_row);
	}
	for (size_t i = 0; i < n; i++) {
		rank[order[i] - m->list] = i + 1;
	}
	for (size_t i = 0; i < n; i++) {
		chain c = {0, 0};
		for (size_t at = rank[i] - 1; at > 0; at -= at & (~at + 1)) {
			c = tree[at].weight > c.weight ? tree[at] : c;
		}
		before[i] = c.last;
		c = (chain){c.weight + m->list[i].rows, i + 1};
		for (size_t at = rank[i]; at <= n; at += at & (~at + 1)) {
			tree[at] = c.weight > tree[at].weight ? c : tree[at];
		}
		best = c.weight > best.weight ? c : best;
	}
	for (size_t i = best.last; i > 0; i = before[i - 1]) {
		m->list[i - 1].moved = false;
	}
	return VV_OK;
}

void row_moves_clear(row_moves *m)
{
	vv_free(m->list);
	*m = (row_moves){0};
}
