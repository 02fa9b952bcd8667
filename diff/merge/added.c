/*
 * added: the order of rows that were added at one place, by one side or both: sorted by key if both
 * sides' rows ascend by it; otherwise one side's follow the other's, the one whose first row is
 * smaller first. A row and its partner on the other side are one row.
 */
#include "diff/merge/added.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "diff/merge/cells.h"
#include "diff/rows/value.h"

vv_status merge_added_put(merge_added *a, size_t side, const merge_block *b, vv_error *err)
{
	merge_spans *s = &a->pending[side];

	return vv_array_add(s->list, s->count, s->cap, (merge_span){b->above, b->row, b->rows})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

void merge_added_clear(merge_added *a)
{
	vv_free_all(a->pending[0].list, a->pending[1].list);
	memset(a, 0, sizeof(*a));
}

/* Is the row in the result, or does it come with its partner? */
static bool is_placed(const merge_side *side, uint64_t row)
{
	const uint64_t at = merge_added_index(side, row);

	return side->placed[at] || (side->follows && side->partner[at] != MERGE_NONE);
}

/* The row that comes next and is not in the result yet, or MERGE_NONE. */
static uint64_t spans_peek(const merge_side *side, merge_spans *s)
{
	while (s->at < s->count) {
		const merge_span *p = &s->list[s->at];
		if (s->inside == p->rows) {
			s->at++;
			s->inside = 0;
		} else if (is_placed(side, p->row + s->inside)) {
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

/* A row of a side, and its cells. */
typedef struct side_row {
	size_t side;
	uint64_t row;
	const vv_cell *cells;
} side_row;

static const vv_cell *key_cell(const merge *m, const side_row *r, size_t i)
{
	const vv_cell *renumbered = i + 1 == m->key_count ? merge_new_key_of(m, r->side, r->row)
							  : NULL;

	return renumbered ? renumbered : &r->cells[m->side[r->side].key[i]];
}

static int key_order(const merge *m, const side_row *x, const side_row *y)
{
	for (size_t i = 0; i < m->key_count; i++) {
		int c = vv_value_order(&m->compare.fields[m->key[i]], key_cell(m, x, i),
				       key_cell(m, y, i));
		if (c != 0) return c;
	}
	return 0;
}

/* Do the rows to come ascend by key? */
static vv_status rows_ascend(merge *m, merge_added *a, size_t which, bool *out, vv_error *err)
{
	merge_side *side = &m->side[which];
	merge_spans *s = &a->pending[which];
	side_row last = {.side = which, .row = MERGE_NONE}, next = {.side = which};
	vv_status rc = VV_OK;
	*out = true;
	while (*out && rc == VV_OK && (next.row = spans_peek(side, s)) != MERGE_NONE) {
		if (last.row != MERGE_NONE &&
		    (rc = vv_row_by_number_get(&side->rows, last.row, &last.cells, err)) == VV_OK &&
		    (rc = vv_row_by_number_get(&side->rows, next.row, &next.cells, err)) == VV_OK) {
			*out = key_order(m, &last, &next) < 0;
		}
		last.row = next.row;
		s->inside++;
	}
	rewind_spans(s);
	return rc;
}

/* The rows that come next on both sides. */
static vv_status both_rows(merge *m, const uint64_t row[2], const vv_cell **x, const vv_cell **y,
			   vv_error *err)
{
	vv_status rc = vv_row_by_number_get(&m->side[0].rows, row[0], x, err);
	return rc < 0 ? rc : vv_row_by_number_get(&m->side[1].rows, row[1], y, err);
}

/* Compares the pending rows of both sides, row by row; *order 0: they are equal. first_only: compares
 * only the first row of each. */
static vv_status blocks_order(merge *m, merge_added *a, bool first_only, int *order, vv_error *err)
{
	const vv_cell *x, *y;
	vv_status rc = VV_OK;
	*order = 0;
	for (;;) {
		uint64_t row[2] = {spans_peek(&m->side[0], &a->pending[0]),
				   spans_peek(&m->side[1], &a->pending[1])};
		if (row[0] == MERGE_NONE || row[1] == MERGE_NONE) {
			if (row[0] == row[1]) {
				*order = 0;
			} else if (row[0] == MERGE_NONE) {
				*order = -1;
			} else {
				*order = 1;
			}
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
	bool has[2] = {spans_peek(&m->side[0], &a->pending[0]) != MERGE_NONE,
		       spans_peek(&m->side[1], &a->pending[1]) != MERGE_NONE};
	int order = 0;
	vv_status rc = VV_OK;
	rewind_spans(&a->pending[0]);
	rewind_spans(&a->pending[1]);
	*any = a->active = has[0] || has[1];
	if (!*any) {
		a->pending[0].count = a->pending[1].count = 0;
	}
	if (!has[0] || !has[1]) return VV_OK;
	if (m->opts->part &&
	    a->pending[1 - m->ours].list[0].above <= a->pending[m->ours].list[0].above) {
		/* right below the row that it was put below */
		a->first = 1 - m->ours;
		a->mode = ADDED_ONE_BY_ONE;
		return VV_OK;
	}
	if (m->equal_data) {
		a->first = m->order_side;
		a->mode = ADDED_ONE_BY_ONE;
		return VV_OK;
	}
	if (m->key_count > 0 && ((rc = rows_ascend(m, a, 0, &x_ascends, err)) < 0 ||
				 (rc = rows_ascend(m, a, 1, &y_ascends, err)) < 0)) {
		return rc;
	}
	if (x_ascends && y_ascends) {
		a->mode = ADDED_BY_KEY;
		return VV_OK;
	}
	if ((rc = blocks_order(m, a, m->key_count > 0, &order, err)) == VV_OK) {
		if (m->opts->part) {
			a->first = m->ours;
		} else if (order <= 0) {
			a->first = 0;
		} else {
			a->first = 1;
		}
		a->mode = ADDED_ONE_BY_ONE;
	}
	return rc;
}

/* Which side's row comes next; both have one. */
static vv_status choose_head(merge *m, const merge_added *a, const uint64_t head[2], size_t *which,
			     vv_error *err)
{
	side_row x = {.side = 0, .row = head[0]}, y = {.side = 1, .row = head[1]};
	vv_status rc = VV_OK;
	*which = a->first;
	if (a->mode == ADDED_BY_KEY &&
	    (rc = both_rows(m, head, &x.cells, &y.cells, err)) == VV_OK) {
		*which = key_order(m, &x, &y) <= 0 ? 0 : 1;
	}
	return rc;
}

int merge_added_next(merge *m, merge_added *a, uint64_t row[2], vv_error *err)
{
	uint64_t head[2] = {spans_peek(&m->side[0], &a->pending[0]),
			    spans_peek(&m->side[1], &a->pending[1])};
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
		vv_status rc = choose_head(m, a, head, &which, err);
		if (rc < 0) return rc;
	}
	row[which] = head[which];
	row[1 - which] = m->side[which].partner[merge_added_index(&m->side[which], head[which])];
	for (size_t i = 0; i < 2; i++) {
		if (row[i] != MERGE_NONE) {
			m->side[i].placed[merge_added_index(&m->side[i], row[i])] = true;
		}
	}
	return 1;
}
