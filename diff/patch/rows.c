/*
 * rows: which groups were read last, which of their rows are irregular, and how a line is written then.
 */
#include "diff/patch/rows.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"

bool patch_form_equal(const patch_form *a, const patch_form *b)
{
	if (a->irregular != b->irregular || !a->irregular) return a->irregular == b->irregular;
	return a->kind == b->kind && a->raw_len == b->raw_len &&
	       (a->raw_len == 0 || memcmp(a->raw, b->raw, a->raw_len) == 0);
}

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

/* --- lines ---------------------------------------------------------------------------- */

vv_status patch_writer_open(patch_writer *w, const vv_dialect *d, const vv_schema *s, vv_error *err)
{
	vv_auto_free const char **names = vv_calloc(s->count + 1, sizeof(*names));
	vv_auto_free size_t *lens = vv_calloc(s->count + 1, sizeof(*lens));
	*w = (patch_writer){.dialect = d, .columns = s->count};
	if (!names || !lens) return vv_fail_nomem(err);
	for (size_t i = 0; i < s->count; i++) {
		names[i] = s->fields[i].name;
		lens[i] = s->fields[i].name_len;
	}
	return vv_row_writer_new(&w->rows, d, s->count, names, lens, err);
}

void patch_writer_close(patch_writer *w)
{
	vv_row_writer_free(w->rows);
	w->rows = NULL;
}

void patch_writer_row(const patch_writer *w, vv_buf *out, const vv_cell *cells,
		      const patch_form *form, bool last)
{
	static const char *const ends[] = {"", "\n", "\r\n", "\r"};
	const vv_dialect *d = w->dialect;
	size_t len;
	if (form->irregular && form->kind == VV_QUIRK_RAW) {
		vv_buf_put(out, form->raw, form->raw_len);
		return;
	}
	vv_row_write(w->rows, out, cells, w->columns);
	if (form->irregular) {
		vv_buf_puts(out, ends[form->kind]);
	} else if (!last || (d->form != VV_FORM_JSON && d->final_newline)) {
		const char *end = vv_dialect_row_end(d, &len);
		vv_buf_put(out, end, len);
	}
}
