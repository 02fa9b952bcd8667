/*
 * same_values: estimates the common part of two sets from their smallest hashes: among the smallest
 * of both together, the share in both.
 */
#include "diff/rows/same_values.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"
#include "dataset/table/walk.h"
#include "diff/rows/value.h"

/* So many hashes are kept of a set; gathered up to twice as many, then sorted and cut. */
#define KEPT 4096u
#define SEED 0x76616c75u

/* Sorts the gathered hashes, finds repeated values, cuts the rest. */
static void settle_set(vv_value_set *s)
{
	if (s->least_count > 1) {
		qsort(s->least, s->least_count, sizeof(*s->least), vv_u64_order);
	}
	for (size_t i = 1; i < s->least_count && !s->repeats; i++) {
		s->repeats = s->least[i] == s->least[i - 1];
	}
	s->least_count = s->least_count < KEPT ? s->least_count : KEPT;
}

static vv_status add_hash(vv_value_set *s, uint64_t hash, vv_error *err)
{
	if (!vv_array_add(s->least, s->least_count, s->cap, hash)) return vv_fail_nomem(err);
	if (s->least_count == 2u * KEPT) {
		settle_set(s);
	}
	return VV_OK;
}

static vv_status add_row(vv_value_set *s, const vv_table *t, const vv_cell *cells, vv_buf *text,
			 vv_error *err)
{
	bool filled = false;
	vv_buf_reset(text);
	for (size_t i = 0; i < s->count; i++) {
		const vv_cell *c = &cells[s->columns[i]];
		filled |= c->len > 0;
		vv_value_put_canonical(text, &t->schema.fields[s->columns[i]], c);
	}
	if (!filled) return VV_OK;
	vv_status rc = vv_buf_ok(text, err);
	return rc < 0 ? rc : add_hash(s, vv_xxh3(vv_buf_cstr(text), text->len, SEED), err);
}

static bool all_repeat(const vv_value_set *sets, size_t count)
{
	bool all = true;
	vv_array_each(sets, count, set) {
		all &= set->repeats;
	}
	return all;
}

static vv_status add_batch(vv_value_set *sets, size_t count, const vv_table *t, const vv_batch *b,
			   vv_buf *text, vv_error *err)
{
	vv_status rc = VV_OK;
	vv_array_each(sets, count, set) {
		for (size_t r = 0; r < b->rows && !set->repeats && rc == VV_OK; r++) {
			rc = add_row(set, t, &b->cells[r * b->columns], text, err);
		}
		if (rc < 0) return rc;
	}
	return rc;
}

/* The columns of all sets, for the reader. */
static vv_status list_columns(const vv_value_set *sets, size_t count, const vv_table *t,
			      size_t **out, size_t *out_count, vv_error *err)
{
	vv_auto_free bool *wanted = vv_calloc(t->columns + 1, sizeof(*wanted));
	*out_count = 0;
	*out = vv_calloc(t->columns + 1, sizeof(**out));
	if (!wanted || !*out) return vv_fail_nomem(err);
	vv_array_each(sets, count, set) {
		for (size_t k = 0; k < set->count; k++) {
			wanted[set->columns[k]] = true;
		}
	}
	for (size_t i = 0; i < t->columns; i++) {
		if (wanted[i]) {
			(*out)[(*out_count)++] = i;
		}
	}
	return VV_OK;
}

vv_status vv_value_sets_read(vv_value_set *sets, size_t count, vv_table *t, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto_free size_t *columns = NULL;
	size_t column_count;
	vv_status rc = list_columns(sets, count, t, &columns, &column_count, err);
	if (rc < 0) return rc;
	vv_auto(vv_group_walk) w = vv_group_walk_open(t, columns, column_count, err);
	while (!all_repeat(sets, count) && vv_group_walk_next(&w)) {
		w.rc = add_batch(sets, count, t, &w.batch, &text, err);
	}
	vv_array_each(sets, count, set) {
		settle_set(set);
	}
	return w.rc;
}

unsigned vv_value_sets_likeness(const vv_value_set *a, const vv_value_set *b)
{
	size_t i = 0, k = 0, seen = 0, both = 0;
	if (a->repeats || b->repeats) return 0;
	while (seen < KEPT && (i < a->least_count || k < b->least_count)) {
		bool from_a = k == b->least_count ||
			      (i < a->least_count && a->least[i] <= b->least[k]),
		     from_b = i == a->least_count ||
			      (k < b->least_count && b->least[k] <= a->least[i]);
		both += from_a && from_b;
		i += from_a;
		k += from_b;
		seen++;
	}
	return seen > 0 ? (unsigned)(both * 100 / seen) : 0;
}

void vv_value_sets_clear(vv_value_set *sets, size_t count)
{
	for (size_t i = 0; sets && i < count; i++) {
		vv_free(sets[i].least);
		sets[i].least = NULL;
		sets[i].least_count = sets[i].cap = 0;
	}
}
