/*
 * column_stats: how values of a type compare, and how they are counted.
 */
#include "lib/view/column_stats.h"

#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"
#include "dataset/schema/decimal.h"
#include "dataset/schema/value.h"

void vv_column_stats_init(vv_column_stats *s, const vv_field *field, size_t limit)
{
	*s = (vv_column_stats){.field = field, .limit = limit < 64 ? 64 : limit};
}

void vv_column_stats_clear(vv_column_stats *s)
{
	vv_free(s->hashes);
	vv_buf_clear_all(&s->min, &s->max, &s->scratch);
	vv_array_each(s->examples, VV_EXAMPLES, it) {
		vv_buf_clear(it);
	}
}

/* Where the hash is, or would go. */
static size_t find_slot(const uint64_t *hashes, size_t cap, uint64_t h)
{
	/* The low bits are alike once there is a level: the high ones decide. */
	size_t i = (size_t)(h >> 20) & (cap - 1);

	while (hashes[i] && hashes[i] != h) {
		i = (i + 1) & (cap - 1);
	}
	return i;
}

/* A table of cap slots with the hashes that the level lets in. */
static vv_status rehash_slots(vv_column_stats *s, size_t cap, vv_error *err)
{
	uint64_t *hashes = vv_calloc(cap, sizeof(*hashes));
	uint64_t mask = ((uint64_t)1 << s->level) - 1;

	if (!hashes) return vv_fail_nomem(err);
	s->used = 0;
	for (size_t i = 0; i < s->cap; i++) {
		if (s->hashes[i] && (s->hashes[i] & mask) == 0) {
			hashes[find_slot(hashes, cap, s->hashes[i])] = s->hashes[i];
			s->used++;
		}
	}
	vv_free(s->hashes);
	s->hashes = hashes;
	s->cap = cap;
	return VV_OK;
}

static vv_status count_hash(vv_column_stats *s, uint64_t h, bool *fresh, vv_error *err)
{
	vv_status rc;

	*fresh = false;
	if (h == 0) {
		*fresh = !s->zero;
		s->zero = true;
		return VV_OK;
	}
	if (h & (((uint64_t)1 << s->level) - 1)) return VV_OK;
	if (s->cap && s->hashes[find_slot(s->hashes, s->cap, h)]) return VV_OK;
	if (s->used + 1 > s->cap / 2) {
		if (s->used >= s->limit && s->level < 40) {
			s->level++;
			rc = rehash_slots(s, s->cap, err);
		} else {
			rc = rehash_slots(s, s->cap ? s->cap * 2 : 32, err);
		}
		if (rc < 0) return rc;
		if (h & (((uint64_t)1 << s->level) - 1)) return VV_OK;
	}
	size_t at = find_slot(s->hashes, s->cap, h);
	s->hashes[at] = h;
	s->used++;
	*fresh = true;
	return VV_OK;
}

uint64_t vv_column_stats_distinct(const vv_column_stats *s, bool *exact)
{
	*exact = s->level == 0;
	return ((uint64_t)s->used << s->level) + (s->zero ? 1 : 0);
}

/* Nearly all numbers are small. */
static int compare_values(vv_column_stats *s, const vv_cell *a, const vv_buf *b, uint8_t state)
{
	const vv_cell with = {.text = vv_buf_cstr(b), .len = (uint32_t)b->len, .state = state};
	const vv_type type = s->field->type;
	vv_small m, n;
	int order;

	if ((type == VV_TYPE_INTEGER || type == VV_TYPE_NUMBER) && vv_field_plain_marks(s->field) &&
	    vv_small_read(&m, a->text, a->len, true) &&
	    vv_small_read(&n, with.text, with.len, true) && vv_small_compare(&order, &m, &n)) {
		return order;
	}
	return vv_value_text_rank(&s->scratch, s->field, a, &with);
}

static void set_example(vv_buf *b, const vv_cell *c)
{
	vv_buf_set(b, c->text, c->len < VV_EXAMPLE_BYTES ? c->len : VV_EXAMPLE_BYTES);
}

static vv_status widen_range(vv_column_stats *s, const vv_cell *c, vv_error *err)
{
	const vv_cell cut = {.text = c->text,
			     .len = c->len < VV_EXAMPLE_BYTES ? c->len : VV_EXAMPLE_BYTES,
			     .state = c->state};

	if (!s->any || compare_values(s, &cut, &s->min, s->min_state) < 0) {
		set_example(&s->min, c);
		s->min_state = c->state;
	}
	if (!s->any || compare_values(s, &cut, &s->max, s->max_state) > 0) {
		set_example(&s->max, c);
		s->max_state = c->state;
	}
	s->any = true;
	return s->min.failed || s->max.failed || s->scratch.failed ? vv_fail_nomem(err) : VV_OK;
}

vv_status vv_column_stats_add(vv_column_stats *s, const vv_cell *cell, vv_error *err)
{
	bool fresh;
	vv_status rc;

	if (cell->state == VV_CELL_ABSENT || cell->state == VV_CELL_NULL ||
	    vv_field_missing(s->field, cell)) {
		s->missing++;
		return VV_OK;
	}
	s->values++;
	if ((rc = count_hash(s, vv_xxh3(cell->text, cell->len, cell->state), &fresh, err)) < 0) {
		return rc;
	}
	if (s->field->type != VV_TYPE_STRING && s->field->type != VV_TYPE_ANY &&
	    !vv_field_accepts(s->field, cell)) {
		s->misfits++;
		return VV_OK;
	}
	if (!fresh && s->level == 0) {
		return VV_OK; /* seen before: it changes nothing below */
	}
	if (s->example_count < VV_EXAMPLES) {
		set_example(&s->examples[s->example_count], cell);
		if (s->examples[s->example_count].failed) return vv_fail_nomem(err);
		s->example_count++;
	}
	return cell->len ? widen_range(s, cell, err) : VV_OK;
}
