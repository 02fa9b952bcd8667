/*
 * change_words: knows alone how a change is said in one line.
 */
#include "diff/write/change_words.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"

vv_status vv_change_counts_fill(vv_change_counts *out, const vv_diff_table *t,
				const vv_rowdiff_stats *s, vv_error *err)
{
	*out = (vv_change_counts){.counted = true,
				  .old_rows = s->old_rows,
				  .new_rows = s->new_rows,
				  .added = s->added,
				  .removed = s->removed,
				  .changed = s->changed,
				  .moved = s->moved,
				  .rewritten = s->formatted_rows,
				  .rekeyed = s->rekeyed,
				  .cells = s->cells_changed,
				  .reordered = s->reordered};
	for (size_t i = 0; t->columns && i < t->columns->count; i++) {
		const vv_column_pair *p = &t->columns->pairs[i];
		out->columns_added += p->a < 0;
		out->columns_removed += p->b < 0;
		out->columns_renamed += p->renamed;
		out->columns_moved += p->moved;
		out->columns_retyped += p->retyped;
		out->columns_described += p->reconstrained && !p->renamed && !p->moved &&
					  !p->retyped;
	}
	out->key_changed = t->columns && t->columns->key_changed;
	out->missing_changed = t->columns && t->columns->missing_changed;
	out->form = t->form_change ? vv_strdup(t->form_change) : NULL;
	return t->form_change && !out->form ? vv_fail_nomem(err) : VV_OK;
}

void vv_change_counts_clear(vv_change_counts *c)
{
	vv_free(c->form);
	*c = (vv_change_counts){0};
}

static const char *comma(const vv_buf *b, size_t start)
{
	return b->len > start ? ", " : "";
}

void vv_row_counts_put(vv_buf *out, uint64_t added, uint64_t removed, uint64_t changed)
{
	const struct {
		char sign;
		uint64_t n;
	} parts[] = {{'+', added}, {'-', removed}, {'~', changed}};
	size_t start = out->len;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i].n > 0) {
			vv_buf_printf(out, "%s%c%s", out->len > start ? " " : "", parts[i].sign,
				      vv_text_count(parts[i].n));
		}
	}
	if (out->len > start) {
		vv_buf_puts(out, added + removed + changed == 1 ? " row" : " rows");
	}
}

void vv_change_whole_put(vv_buf *out, bool removed, uint64_t rows, uint64_t columns)
{
	vv_buf_printf(out, "%s: %s row%s, ", removed ? "removed" : "new", vv_text_count(rows),
		      rows == 1 ? "" : "s");
	vv_buf_printf(out, "%s column%s", vv_text_count(columns), columns == 1 ? "" : "s");
}

static void put_many(vv_buf *b, const vv_change_counts *c)
{
	if (c->old_rows == c->new_rows) {
		vv_buf_printf(b, "many of %s rows", vv_text_count(c->new_rows));
	} else {
		vv_buf_printf(b, "many rows (%s", vv_text_count(c->old_rows));
		vv_buf_printf(b, " -> %s)", vv_text_count(c->new_rows));
	}
}

static void put_rows(vv_buf *b, size_t start, const vv_change_counts *c)
{
	vv_row_counts_put(b, c->added, c->removed, c->changed);
	if (c->rekeyed > 0) {
		vv_buf_printf(b, " (%s key%s)", vv_text_count(c->rekeyed),
			      c->rekeyed == 1 ? "" : "s");
	}
	if (c->moved > 0) {
		vv_buf_printf(b, "%s%s row%s moved", comma(b, start), vv_text_count(c->moved),
			      c->moved == 1 ? "" : "s");
	} else if (c->reordered) {
		vv_buf_printf(b, "%sorder changed", comma(b, start));
	}
	if (c->rewritten > 0) {
		vv_buf_printf(b, "%s%s row%s only written differently", comma(b, start),
			      vv_text_count(c->rewritten), c->rewritten == 1 ? "" : "s");
	}
}

static void put_columns(vv_buf *b, size_t start, const vv_change_counts *c)
{
	const struct {
		size_t n;
		const char *what;
	} parts[] = {{c->columns_added, "added"},     {c->columns_removed, "removed"},
		     {c->columns_renamed, "renamed"}, {c->columns_moved, "moved"},
		     {c->columns_retyped, "retyped"}, {c->columns_described, "described anew"}};
	bool named = false;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i].n > 0) {
			vv_buf_printf(b, "%s%s", comma(b, start), vv_text_count(parts[i].n));
			vv_buf_printf(b, "%s %s",
				      named             ? ""
				      : parts[i].n == 1 ? " column"
							: " columns",
				      parts[i].what);
			named = true;
		}
	}
}

void vv_change_counts_put(vv_buf *out, const vv_change_counts *c)
{
	size_t start = out->len;

	if (!c->counted) {
		return;
	}
	if (c->many) {
		put_many(out, c);
	} else {
		put_rows(out, start, c);
	}
	put_columns(out, start, c);
	vv_buf_printf(out, "%s%s", c->key_changed ? comma(out, start) : "",
		      c->key_changed ? "key changed" : "");
	if (c->missing_changed) {
		vv_buf_printf(out, "%smissing values declared anew", comma(out, start));
	}
	if (out->len == start) {
		vv_buf_puts(out, "no change in data");
	}
	if (c->form) {
		vv_buf_puts(out, "; form: ");
		vv_text_put_escaped(out, c->form, strlen(c->form));
	}
}
