/*
 * added: knows in what order rows stand that were added at one place, by one side or both: by
 * key where both sides' rows ascend by it; else one side's behind the other's, the one
 * whose first row is smaller first. Rows of one key are one row; of blocks without a key
 * that are equal one stays.
 */
#include <string.h>

#include "base/sys.h"
#include "diff/merge/merge_internal.h"
#include "diff/rows/value.h"

static vv_status spans_add(merge_spans *s, uint64_t row, uint64_t rows, vv_error *err)
{
	if (s->count == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 16;
		merge_span *p = vv_realloc_array(s->list, cap, sizeof(*p));
		if (!p) {
			return vv_fail_nomem(err);
		}
		s->list = p;
		s->cap = cap;
	}
	s->list[s->count++] = (merge_span){row, rows};
	return VV_OK;
}

vv_status merge_added_put(merge *m, merge_added *a, size_t which, const merge_block *b,
			  vv_error *err)
{
	(void)m;
	return b ? spans_add(&a->pending[which], b->row, b->rows, err) : VV_OK;
}

void merge_added_clear(merge_added *a)
{
	vv_free(a->pending[0].list);
	vv_free(a->pending[1].list);
	memset(a, 0, sizeof(*a));
}

/* The row that comes next and is not in the result yet, or MERGE_NONE. */
static uint64_t peek(const merge_side *side, merge_spans *s)
{
	while (s->at < s->count) {
		const merge_span *p = &s->list[s->at];
		if (s->inside == p->rows) {
			s->at++;
			s->inside = 0;
		} else if (side->placed[merge_added_index(side, p->row + s->inside)]) {
			s->inside++;
		} else {
			return p->row + s->inside;
		}
	}
	return MERGE_NONE;
}

static void rewind_spans(merge_spans *s)
{
	s->at = 0;
	s->inside = 0;
}

/* Order by key of two rows of the sides a and b. */
static int key_order(const merge *m, size_t a, const vv_cell *x, size_t b, const vv_cell *y)
{
	for (size_t i = 0; i < m->key_count; i++) {
		int c = vv_value_order(&m->compare.fields[m->key[i]], &x[m->side[a].key[i]],
				       &y[m->side[b].key[i]]);
		if (c != 0) {
			return c;
		}
	}
	return 0;
}

/* Do the rows to come ascend by key? */
static vv_status ascends(merge *m, merge_added *a, size_t which, bool *out, vv_error *err)
{
	merge_side *side = &m->side[which];
	merge_spans *s = &a->pending[which];
	const vv_cell *cells, *last;
	uint64_t row, before = MERGE_NONE;
	vv_status rc = VV_OK;
	*out = true;
	while (*out && rc == VV_OK && (row = peek(side, s)) != MERGE_NONE) {
		if (before != MERGE_NONE &&
		    (rc = merge_row(&side->rows, before, &last, err)) == VV_OK &&
		    (rc = merge_row(&side->rows, row, &cells, err)) == VV_OK) {
			*out = key_order(m, which, last, which, cells) < 0;
		}
		before = row;
		s->inside++;
	}
	rewind_spans(s);
	return rc;
}

/* The rows that come next on both sides. */
static vv_status both_rows(merge *m, const uint64_t row[2], const vv_cell **x, const vv_cell **y,
			   vv_error *err)
{
	vv_status rc = merge_row(&m->side[0].rows, row[0], x, err);
	return rc < 0 ? rc : merge_row(&m->side[1].rows, row[1], y, err);
}

/* Order of what both sides have to come, row by row; 0: equal. first_only: of their first
 * rows, x's being the smaller one when these are equal. */
static vv_status blocks_order(merge *m, merge_added *a, bool first_only, int *order, vv_error *err)
{
	const vv_cell *x, *y;
	vv_status rc = VV_OK;
	*order = 0;
	for (;;) {
		uint64_t row[2] = {peek(&m->side[0], &a->pending[0]),
				   peek(&m->side[1], &a->pending[1])};
		if (row[0] == MERGE_NONE || row[1] == MERGE_NONE) {
			*order = row[0] == row[1] ? 0 : row[0] == MERGE_NONE ? -1 : 1;
			break;
		}
		if ((rc = both_rows(m, row, &x, &y, err)) < 0 ||
		    (*order = merge_content_order(m, x, y)) != 0 || first_only) {
			break;
		}
		a->pending[0].inside++;
		a->pending[1].inside++;
	}
	rewind_spans(&a->pending[0]);
	rewind_spans(&a->pending[1]);
	return rc;
}

vv_status merge_added_begin(merge *m, merge_added *a, bool *any, vv_error *err)
{
	bool x_ascends = false, y_ascends = false;
	bool has[2] = {peek(&m->side[0], &a->pending[0]) != MERGE_NONE,
		       peek(&m->side[1], &a->pending[1]) != MERGE_NONE};
	int order = 0;
	vv_status rc = VV_OK;
	rewind_spans(&a->pending[0]);
	rewind_spans(&a->pending[1]);
	*any = a->active = has[0] || has[1];
	a->mode = ADDED_ONE_BY_ONE;
	a->first = has[0] ? 0 : 1;
	if (!*any) {
		a->pending[0].count = a->pending[1].count = 0;
	}
	if (!has[0] || !has[1]) {
		return VV_OK;
	}
	if (m->key_count > 0 && ((rc = ascends(m, a, 0, &x_ascends, err)) < 0 ||
				 (rc = ascends(m, a, 1, &y_ascends, err)) < 0)) {
		return rc;
	}
	if (x_ascends && y_ascends) {
		a->mode = ADDED_BY_KEY;
		return VV_OK;
	}
	if ((rc = blocks_order(m, a, m->key_count > 0, &order, err)) == VV_OK) {
		a->first = order <= 0 ? 0 : 1;
		a->mode = m->key_count == 0 && order == 0 ? ADDED_TOGETHER : ADDED_ONE_BY_ONE;
	}
	return rc;
}

/* Which side's row comes next; both have one. */
static vv_status choose(merge *m, const merge_added *a, const uint64_t head[2], size_t *which,
			vv_error *err)
{
	const vv_cell *x, *y;
	vv_status rc = VV_OK;
	*which = a->first;
	if (a->mode == ADDED_BY_KEY && (rc = both_rows(m, head, &x, &y, err)) == VV_OK) {
		*which = key_order(m, 0, x, 1, y) <= 0 ? 0 : 1;
	}
	return rc;
}

int merge_added_next(merge *m, merge_added *a, uint64_t row[2], vv_error *err)
{
	uint64_t head[2] = {peek(&m->side[0], &a->pending[0]), peek(&m->side[1], &a->pending[1])};
	size_t which = head[0] != MERGE_NONE ? 0 : 1;
	row[0] = row[1] = MERGE_NONE;
	if (head[0] == MERGE_NONE && head[1] == MERGE_NONE) {
		for (size_t i = 0; i < 2; i++) {
			rewind_spans(&a->pending[i]);
			a->pending[i].count = 0;
		}
		a->active = false;
		return 0;
	}
	if (head[0] != MERGE_NONE && head[1] != MERGE_NONE) {
		vv_status rc = choose(m, a, head, &which, err);
		if (rc < 0) {
			return rc;
		}
	}
	row[which] = head[which];
	row[1 - which] =
		a->mode == ADDED_TOGETHER
			? head[1 - which]
			: m->side[which].partner[merge_added_index(&m->side[which], head[which])];
	for (size_t i = 0; i < 2; i++) {
		if (row[i] != MERGE_NONE) {
			m->side[i].placed[merge_added_index(&m->side[i], row[i])] = true;
		}
	}
	return 1;
}
