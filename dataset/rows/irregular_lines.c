/*
 * irregular_lines: how to find the groups that have irregular lines without reading any rows.
 */
#include "dataset/rows/irregular_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "dataset/format/form.h"
#include "dataset/table/table.h"
#include "dataset/table/walk.h"

struct vv_forms {
	vv_table *table;
	vv_list_walk data, layout;
	vv_batch batch; /* only its quirks are used */
	vv_quirks quirks;
};

vv_status vv_forms_open(vv_forms **out, vv_table *t, vv_error *err)
{
	vv_auto(vv_forms) *f = vv_calloc(1, sizeof(*f));
	*out = NULL;
	if (!f) return vv_fail_nomem(err);
	*f = (vv_forms){.table = t,
			.data = vv_list_walk_open(t, VV_LIST_DATA, err),
			.layout = vv_list_walk_open(t, VV_LIST_LAYOUT, err)};
	vv_quirks_init(&f->quirks, NULL, 0);
	if (f->data.rc < 0 || f->layout.rc < 0) return f->data.rc < 0 ? f->data.rc : f->layout.rc;
	return vv_hand_over(out, &f);
}

void vv_forms_close(vv_forms *f)
{
	if (f) {
		vv_list_walk_close(&f->data);
		vv_list_walk_close(&f->layout);
		vv_batch_clear(&f->batch);
		vv_free(f);
	}
}

/* Goes to the next group's line forms: 1, 0, <0. */
static int next_group(vv_forms *f, vv_error *err)
{
	const vv_list_item *layout = &f->layout.item;
	f->data.err = f->layout.err = err;
	if (!vv_list_walk_next(&f->data)) return (int)f->data.rc;
	if (!vv_list_walk_beside(&f->layout, &f->data)) return (int)f->layout.rc;
	vv_status rc = table_load_layout(f->table, &f->batch, layout->bytes, layout->len, err);
	if (rc < 0) return (int)rc;
	vv_quirks_init(&f->quirks, f->batch.quirks.data, f->batch.quirks.len);
	return 1;
}

int vv_forms_next(vv_forms *f, vv_quirk *out, vv_error *err)
{
	int more;
	while ((more = vv_quirks_next(&f->quirks, out, err)) == 0) {
		if ((more = next_group(f, err)) <= 0) return more;
	}
	if (more > 0) {
		if (out->row >= f->data.item.weight) {
			return (int)vv_fail(
				err, VV_ECORRUPT,
				"the exceptions of a row group name rows that the group does not "
				"have");
		}
		out->row += f->data.item.before;
	}
	return more;
}

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

size_t vv_forms_before(const vv_dialect *d, size_t columns, const char *raw, size_t len)
{
	size_t at = 0;

	while (at < len &&
	       (is_line_end(raw[at]) || vv_dialect_is_comment(d, columns, raw + at, raw + len))) {
		while (at < len && !is_line_end(raw[at])) {
			at++;
		}
		at += at < len;
	}
	/* a lone line end is the row itself */
	return at == len ? 0 : at;
}

size_t vv_forms_after(const vv_dialect *d, size_t columns, const char *raw, size_t from, size_t len)
{
	size_t at = len;

	while (at > from) {
		size_t end = at, start;

		end -= is_line_end(raw[end - 1]);
		end -= end > from && end < at && raw[end] == '\n' && raw[end - 1] == '\r';
		for (start = end; start > from && !is_line_end(raw[start - 1]);) {
			start--;
		}
		/* a line with a quote may end the row's last cell */
		if (start == from ||
		    (end > start &&
		     (!vv_dialect_is_comment(d, columns, raw + start, raw + end) ||
		      (d->quote != 0 && memchr(raw + start, d->quote, end - start))))) {
			break;
		}
		at = start;
	}
	return at;
}

static vv_status add_comments(vv_comment_hashes *out, const vv_dialect *d, const char *p,
			      size_t len, vv_error *err)
{
	for (size_t at = 0, end; at < len; at = end + 1) {
		for (end = at; end < len && !is_line_end(p[end]);) {
			end++;
		}
		if (end > at && (uint8_t)p[at] == d->comment &&
		    !vv_array_add(out->items, out->count, out->cap, vv_xxh3(p + at, end - at, 0))) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

void vv_comment_hashes_clear(vv_comment_hashes *h)
{
	vv_free(h->items);
	*h = (vv_comment_hashes){.items = NULL};
}

bool vv_comment_hashes_equal(const vv_comment_hashes *a, const vv_comment_hashes *b)
{
	return a->count == b->count &&
	       (a->count == 0 || memcmp(a->items, b->items, a->count * sizeof(*a->items)) == 0);
}

vv_status vv_forms_comments(vv_comment_hashes *out, vv_table *t, vv_error *err)
{
	const vv_dialect *d = &t->root.dialect;
	vv_auto(vv_forms) *f = NULL;
	vv_quirk q;
	int more;
	vv_status rc;

	*out = (vv_comment_hashes){.items = NULL};
	if (vv_form_is_typed(d->form) || d->comment == 0) return VV_OK;
	if ((rc = vv_forms_open(&f, t, err)) < 0) return rc;
	while ((more = vv_forms_next(f, &q, err)) > 0) {
		if (q.kind == VV_QUIRK_RAW) {
			const size_t from = vv_forms_before(d, t->columns, q.raw, q.raw_len);
			const size_t to = vv_forms_after(d, t->columns, q.raw, from, q.raw_len);

			if ((rc = add_comments(out, d, q.raw, from, err)) < 0 ||
			    (rc = add_comments(out, d, q.raw + to, q.raw_len - to, err)) < 0) {
				return rc;
			}
		}
	}
	if (out->count > 0) {
		qsort(out->items, out->count, sizeof(*out->items), vv_u64_order);
	}
	return (vv_status)more;
}
