/*
 * rows: which groups were read last, and which of their rows are irregular.
 */
#include "diff/patch/rows.h"

#include "base/array.h"
#include "base/sys.h"

void patch_rows_init(patch_rows *r, vv_table *t)
{
	*r = (patch_rows){.table = t};
	for (size_t i = 0; i < PATCH_SLOTS; i++) {
		vv_batch_init(&r->slots[i].batch);
	}
}

void patch_rows_close(patch_rows *r)
{
	for (size_t i = 0; r->table && i < PATCH_SLOTS; i++) {
		vv_batch_clear(&r->slots[i].batch);
		vv_free(r->slots[i].quirks);
	}
	vv_table_reader_close(r->reader);
	*r = (patch_rows){0};
}

/* The group's irregular rows, so that they can be found by number. */
static vv_status load_quirks(patch_slot *s, vv_error *err)
{
	vv_quirks q;
	vv_quirk next;
	int more;
	vv_quirks_init(&q, s->batch.quirks.data, s->batch.quirks.len);
	s->quirk_count = 0;
	while ((more = vv_quirks_next(&q, &next, err)) > 0) {
		if (!vv_array_room(s->quirks, s->quirk_count, s->quirk_cap)) {
			return vv_fail_nomem(err);
		}
		s->quirks[s->quirk_count++] = next;
	}
	return (vv_status)more;
}

static bool holds(const patch_slot *s, uint64_t row)
{
	return s->used && row >= s->batch.first_row && row - s->batch.first_row < s->batch.rows;
}

static vv_status load(patch_rows *r, uint64_t row, patch_slot *s, vv_error *err)
{
	vv_status rc = VV_OK;
	s->used = 0;
	if ((!r->reader &&
	     (rc = vv_table_reader_open(&r->reader, r->table, NULL, 0, true, err)) < 0) ||
	    (rc = vv_table_seek_row(r->reader, row, err)) < 0) {
		return rc;
	}
	int more = vv_table_read(r->reader, &s->batch, err);
	if (more <= 0) {
		return more < 0 ? (vv_status)more
				: vv_fail(err, VV_ECORRUPT, "row %llu is missing",
					  (unsigned long long)row + 1);
	}
	return load_quirks(s, err);
}

static void form_of(const patch_slot *s, uint64_t row, patch_form *out)
{
	size_t low = 0, high = s->quirk_count;
	*out = (patch_form){0};
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const vv_quirk *q = &s->quirks[mid];
		if (q->row == row) {
			*out = (patch_form){true, q->kind, q->raw, q->raw_len};
			return;
		}
		if (q->row < row) {
			low = mid + 1;
		} else {
			high = mid;
		}
	}
}

vv_status patch_rows_get(patch_rows *r, uint64_t row, patch_row *out, vv_error *err)
{
	patch_slot *s = r->last;
	if (!s || !holds(s, row)) {
		s = &r->slots[0];
		for (size_t i = 0; i < PATCH_SLOTS && !holds(s, row); i++) {
			s = holds(&r->slots[i], row) || r->slots[i].used < s->used ? &r->slots[i]
										   : s;
		}
		if (!holds(s, row)) {
			r->last = NULL;
			vv_status rc = load(r, row, s, err);
			if (rc < 0) return rc;
		}
		s->used = ++r->clock;
		r->last = s;
	}
	row -= s->batch.first_row;
	out->cells = &s->batch.cells[row * s->batch.columns];
	form_of(s, row, &out->form);
	return VV_OK;
}
