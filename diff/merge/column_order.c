/*
 * column_order: knows in what order the result's columns stand: as on the side that moved columns,
 * new ones behind the column that they follow there.
 */
#include <string.h>

#include "base/sys.h"
#include "diff/merge/merge_internal.h"

/* The columns in order, built up. */
typedef struct order {
	merge *m;
	merge_column *from; /* as they were gathered */
	merge_column *out;
	size_t count;
	size_t *base_list; /* numbers of those that base has, in the order of the result */
	size_t base_count;
	long *of[2];    /* for each column of a side its number; -1 */
	size_t next[2]; /* the column of either side that comes next in a run of new ones */
} order;

static void take(order *o, size_t number)
{
	if (!o->from[number].done) {
		o->from[number].done = true;
		o->out[o->count++] = o->from[number];
	}
}

static bool name_less(const merge_column *a, const merge_column *b)
{
	size_t n = a->name_len < b->name_len ? a->name_len : b->name_len;
	int c = memcmp(a->name, b->name, n);
	return c != 0 ? c < 0 : a->name_len < b->name_len;
}

/* The next new column of a side's run; -1 at its end, which is the next column that
 * base has as well. */
static long peek(order *o, size_t side)
{
	const merge_side *s = &o->m->side[side];
	for (; o->next[side] < s->table->columns; o->next[side]++) {
		long number = o->of[side][o->next[side]];
		if (number < 0 || (s->to_base[o->next[side]] < 0 && o->from[number].done)) {
			continue; /* not in the result, or already there */
		}
		return s->to_base[o->next[side]] < 0 ? number : -1;
	}
	return -1;
}

/* New columns of both sides behind one place: each side's in its order, the smaller name
 * of the two that come next first. */
static void take_new(order *o, const size_t start[2])
{
	o->next[0] = start[0];
	o->next[1] = start[1];
	for (;;) {
		long x = peek(o, 0), y = peek(o, 1);
		if (x < 0 && y < 0) {
			return;
		}
		bool first = y < 0 || (x >= 0 && !name_less(&o->from[y], &o->from[x]));
		take(o, (size_t)(first ? x : y));
	}
}

/* Base's columns as they stand in base. */
static void list_as_base(order *o)
{
	for (size_t i = 0; i < o->m->column_count; i++) {
		if (o->from[i].b >= 0) {
			o->base_list[o->base_count++] = i;
		}
	}
}

/* As a side has them; those that it dropped behind the column that they follow in base. */
static void list_as_side(order *o, size_t side)
{
	const merge_side *s = &o->m->side[side];
	size_t i = 0;
	for (; i < o->m->column_count && o->from[i].b >= 0 && o->from[i].side[side] < 0; i++) {
		o->base_list[o->base_count++] = i;
	}
	for (size_t k = 0; k < s->table->columns; k++) {
		long number = s->to_base[k] >= 0 ? o->of[side][k] : -1;
		if (number < 0) {
			continue;
		}
		o->base_list[o->base_count++] = (size_t)number;
		for (i = (size_t)number + 1;
		     i < o->m->column_count && o->from[i].b >= 0 && o->from[i].side[side] < 0;
		     i++) {
			o->base_list[o->base_count++] = i;
		}
	}
}

static vv_status order_init(order *o, merge *m, vv_error *err)
{
	o->m = m;
	o->from = m->columns;
	o->out = vv_arena_calloc(&m->arena, m->column_count + 1, sizeof(*o->out));
	o->base_list = vv_arena_calloc(&m->arena, m->column_count + 1, sizeof(*o->base_list));
	if (!o->out || !o->base_list) {
		return vv_fail_nomem(err);
	}
	for (size_t v = 0; v < 2; v++) {
		size_t columns = m->side[v].table->columns;
		o->of[v] = vv_arena_calloc(&m->arena, columns + 1, sizeof(*o->of[v]));
		if (!o->of[v]) {
			return vv_fail_nomem(err);
		}
		for (size_t i = 0; i < columns; i++) {
			o->of[v][i] = -1;
		}
		for (size_t i = 0; i < m->column_count; i++) {
			if (m->columns[i].side[v] >= 0) {
				o->of[v][m->columns[i].side[v]] = (long)i;
			}
		}
	}
	return VV_OK;
}

vv_status merge_columns_order(merge *m, vv_error *err)
{
	order o = {0};
	vv_status rc = order_init(&o, m, err);
	if (rc < 0) {
		return rc;
	}
	if (m->side[0].moved_columns || m->side[1].moved_columns) {
		list_as_side(&o, m->side[0].moved_columns ? 0 : 1);
	} else {
		list_as_base(&o);
	}
	take_new(&o, (const size_t[2]){0, 0});
	for (size_t i = 0; i < o.base_count; i++) {
		const merge_column *c = &m->columns[o.base_list[i]];
		size_t start[2];
		for (size_t v = 0; v < 2; v++) {
			start[v] = c->side[v] >= 0 ? (size_t)c->side[v] + 1
						   : m->side[v].table->columns;
		}
		take(&o, o.base_list[i]);
		take_new(&o, start);
	}
	m->columns = o.out;
	return VV_OK;
}
