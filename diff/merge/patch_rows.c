/*
 * patch_rows: which groups were read last, which of their rows are irregular, and how a line is written then.
 */
#include "diff/merge/patch_rows.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "dataset/format/form.h"
#include "dataset/format/row_write.h"

bool patch_form_equal(const patch_form *a, const patch_form *b)
{
	if (a->irregular != b->irregular || !a->irregular) return a->irregular == b->irregular;
	return a->kind == b->kind && a->raw_len == b->raw_len &&
	       (a->raw_len == 0 || memcmp(a->raw, b->raw, a->raw_len) == 0);
}

void patch_rows_init(patch_rows *r, vv_table *t)
{
	*r = (patch_rows){0};
	vv_row_by_number_init(&r->rows, t, PATCH_GROUPS, true);
}

void patch_rows_close(patch_rows *r)
{
	for (size_t i = 0; i < PATCH_GROUPS; i++) {
		vv_free(r->quirks[i].list);
	}
	vv_row_by_number_close(&r->rows);
	*r = (patch_rows){0};
}

static vv_status load_quirks(patch_quirks *out, const vv_batch *b, vv_error *err)
{
	vv_quirks q;
	vv_quirk next;
	int more;

	vv_quirks_init(&q, b->quirks.data, b->quirks.len);
	out->count = 0;
	while ((more = vv_quirks_next(&q, &next, err)) > 0) {
		if (!vv_array_add(out->list, out->count, out->cap, next)) return vv_fail_nomem(err);
	}
	out->first_row = b->first_row;
	out->known = more == 0;
	return (vv_status)more;
}

static void form_of(const patch_quirks *s, uint64_t row, patch_form *out)
{
	size_t at = vv_first_place(i, s->count, s->list[i].row < row);
	const vv_quirk *q = at < s->count ? &s->list[at] : NULL;

	*out = q && q->row == row ? (patch_form){true, q->kind, q->raw, q->raw_len}
				  : (patch_form){0};
}

vv_status patch_rows_get(patch_rows *r, uint64_t row, patch_row *out, vv_error *err)
{
	vv_batch *b;
	vv_status rc = vv_row_by_number_read(&r->rows, row, &b, err);
	patch_quirks *q = &r->quirks[r->rows.last];

	if (rc < 0 || !q->known || q->first_row != b->first_row) {
		q->known = false;
		if (rc < 0 || (rc = load_quirks(q, b, err)) < 0) return rc;
	}
	form_of(q, row - b->first_row, &out->form);
	out->cells = b->cells + (row - b->first_row) * b->columns;
	return VV_OK;
}

/* --- lines ---------------------------------------------------------------------------- */

vv_status patch_writer_open(patch_writer *w, const vv_dialect *d, const vv_schema *s, vv_error *err)
{
	*w = (patch_writer){.dialect = d, .columns = s->count};
	return table_row_writer(&w->rows, d, s, s->count, err);
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
	} else if (!last || (!vv_form_is_document(d->form) && d->final_newline)) {
		const char *end = vv_dialect_row_end(d, &len);
		vv_buf_put(out, end, len);
	}
}

/* ---- wanted_rows: hashes of rows in an index, and for each a list of its rows ---- */

wanted_id *wanted_rows_find(const wanted_rows *ids, vv_hash128 hash)
{
	return vv_hash_find(ids->list, &ids->by_hash, hash.lo, id,
			    vv_hash128_equal(id->hash, hash));
}

vv_status wanted_rows_want(wanted_rows *ids, vv_hash128 hash, vv_error *err)
{
	return wanted_rows_find(ids, hash) ||
			       vv_hash_add(ids->list, ids->count, ids->cap, &ids->by_hash, hash.lo,
					   (wanted_id){.hash = hash})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

vv_status wanted_rows_add(wanted_rows *ids, wanted_id *id, uint64_t row, vv_error *err)
{
	if (!vv_array_add(ids->rows, ids->row_count, ids->row_cap, (wanted_row){.row = row})) {
		return vv_fail_nomem(err);
	}
	if (id->last > 0) {
		ids->rows[id->last - 1].next = ids->row_count;
	} else {
		id->first = ids->row_count;
	}
	id->last = ids->row_count;
	return VV_OK;
}

wanted_row *wanted_rows_nearest(const wanted_rows *ids, vv_hash128 hash, uint64_t place,
				bool unused)
{
	const wanted_id *id = wanted_rows_find(ids, hash);
	wanted_row *best = NULL;
	uint64_t distance = UINT64_MAX;
	for (size_t i = id ? id->first : 0; i > 0; i = ids->rows[i - 1].next) {
		wanted_row *r = &ids->rows[i - 1];
		uint64_t d = r->row > place ? r->row - place : place - r->row;
		/* of two that are as near the lower one: tables grow rather than shrink */
		if (d <= distance && !(unused && r->used)) {
			distance = d;
			best = r;
		}
	}
	return best;
}

void wanted_rows_clear(wanted_rows *ids)
{
	vv_hash_index_clear(&ids->by_hash);
	vv_free_all(ids->list, ids->rows);
	*ids = (wanted_rows){0};
}
