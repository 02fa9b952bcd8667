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
