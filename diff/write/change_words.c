/*
 * change_words: how a change is reported in one line.
 */
#include "diff/write/change_words.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/field.h"
#include "dataset/table/table.h"
#include "diff/rows/columns.h"
#include "diff/rows/row_change.h"

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
		out->old_columns += p->a >= 0;
		out->new_columns += p->b >= 0;
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

static const char *list_comma(const vv_buf *b, size_t start)
{
	return b->len > start ? ", " : "";
}

void vv_counted_put(vv_buf *out, size_t start, const char *mark, const vv_counted *counts,
		    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (counts[i].n > 0) {
			vv_buf_printf(out, "%s%s%s%s %s", list_comma(out, start), mark,
				      vv_text_count(counts[i].n), mark,
				      counts[i].n == 1 ? counts[i].one : counts[i].many);
		}
	}
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
	vv_buf_printf(out, "%s: %s, %s", removed ? "removed" : "new",
		      vv_text_counted(rows, "row", NULL), vv_text_counted(columns, "column", NULL));
}

static void put_many(vv_buf *b, const vv_change_counts *c)
{
	if (c->old_rows == c->new_rows) {
		vv_buf_printf(b, "many of %s rows", vv_text_count(c->new_rows));
	} else {
		vv_buf_printf(b, "many rows (%s -> %s)", vv_text_count(c->old_rows),
			      vv_text_count(c->new_rows));
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
		vv_buf_printf(b, "%s%s row%s moved", list_comma(b, start), vv_text_count(c->moved),
			      c->moved == 1 ? "" : "s");
	} else if (c->reordered) {
		vv_buf_printf(b, "%sorder changed", list_comma(b, start));
	}
	if (c->rewritten > 0) {
		vv_buf_printf(b, "%s%s row%s only written differently", list_comma(b, start),
			      vv_text_count(c->rewritten), c->rewritten == 1 ? "" : "s");
	}
}

static void put_columns(vv_buf *b, size_t start, const vv_change_counts *c)
{
	const struct {
		size_t n;
		const char *what;
	} parts[] = {
		{c->columns_added, "added"},     {c->columns_removed, "removed"},
		{c->columns_renamed, "renamed"}, {c->columns_moved, "moved"},
		{c->columns_retyped, "retyped"}, {c->columns_described, "with a changed schema"}};
	bool named = false;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i].n > 0) {
			vv_buf_printf(b, "%s%s%s %s", list_comma(b, start),
				      vv_text_count(parts[i].n),
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

	if (!c->counted) return;
	if (c->many) {
		put_many(out, c);
	} else {
		put_rows(out, start, c);
	}
	put_columns(out, start, c);
	vv_buf_printf(out, "%s%s", c->key_changed ? list_comma(out, start) : "",
		      c->key_changed ? "key changed" : "");
	if (c->missing_changed) {
		vv_buf_printf(out, "%smissing values declared differently", list_comma(out, start));
	}
	if (out->len == start) {
		vv_buf_puts(out, "no change in data");
	}
	if (c->form) {
		vv_buf_puts(out, "; form: ");
		vv_text_put_escaped(out, c->form, strlen(c->form));
	}
}

static void put_name(vv_buf *out, const vv_field *f)
{
	vv_buf_putc(out, '\'');
	vv_buf_put(out, f->name, f->name_len);
	vv_buf_putc(out, '\'');
}

static void put_type(vv_buf *out, const vv_field *f)
{
	vv_buf_puts(out, vv_type_name(f->type));
	if (strcmp(f->format, "default") != 0) {
		vv_buf_printf(out, " %s", f->format);
	}
}

/* " after 'x'", or " at the beginning". */
static void put_place(vv_buf *out, const vv_table *t, long at)
{
	if (at == 0) {
		vv_buf_puts(out, " at the beginning");
	} else {
		vv_buf_puts(out, " after ");
		put_name(out, &t->schema.fields[at - 1]);
	}
}

static bool same_member(const vv_json *x, const vv_json *y)
{
	vv_auto(vv_buf) a = VV_BUF_INIT, b = VV_BUF_INIT;
	if (x) {
		vv_json_put_node(&a, x);
	}
	if (y) {
		vv_json_put_node(&b, y);
	}
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static bool is_told_elsewhere(const char *member)
{
	return !member || strcmp(member, "name") == 0 || strcmp(member, "type") == 0 ||
	       strcmp(member, "format") == 0;
}

static void put_member(vv_buf *out, const vv_json *m, bool *first)
{
	vv_buf_puts(out, *first ? "" : ", ");
	vv_buf_put(out, m->name, m->name_len);
	*first = false;
}

/* The names of the descriptor's members that differ: "constraints, title". */
static void put_members(vv_buf *out, const vv_json *x, const vv_json *y)
{
	bool first = true;
	for (const vv_json *m = y ? y->first : NULL; m; m = m->next) {
		if (!is_told_elsewhere(m->name) &&
		    !same_member(m, x ? vv_json_get(x, m->name) : NULL)) {
			put_member(out, m, &first);
		}
	}
	for (const vv_json *m = x ? x->first : NULL; m; m = m->next) {
		if (!is_told_elsewhere(m->name) && (!y || !vv_json_get(y, m->name))) {
			put_member(out, m, &first);
		}
	}
	vv_buf_puts(out, first ? "order of its description" : "");
}

static void put_common(vv_buf *out, const vv_diff_table *t, const vv_column_pair *p)
{
	const vv_field *x = &t->a->schema.fields[p->a], *y = &t->b->schema.fields[p->b];
	size_t start = out->len;
	if (p->renamed) {
		vv_buf_puts(out, "renamed ");
		put_name(out, x);
		vv_buf_puts(out, " to ");
		put_name(out, y);
		if (!p->asserted) {
			vv_buf_printf(out, " (%u %% alike)", p->likeness);
		}
	}
	if (p->moved) {
		vv_buf_puts(out, out->len > start ? ", moved" : "moved ");
		if (!p->renamed) {
			put_name(out, y);
		}
		put_place(out, t->b, p->b);
	}
	if (p->retyped) {
		vv_buf_puts(out, out->len > start ? ", type " : "retyped ");
		if (!p->renamed && !p->moved) {
			put_name(out, y);
			vv_buf_puts(out, ": ");
		}
		put_type(out, x);
		vv_buf_puts(out, " -> ");
		put_type(out, y);
	}
	if (p->reconstrained) {
		vv_buf_puts(out, out->len > start ? ", changed " : "changed ");
		if (out->len - start == strlen("changed ")) {
			put_name(out, y);
			vv_buf_puts(out, ": ");
		}
		put_members(out, x->json, y->json);
	}
}

void vv_column_describe(vv_buf *out, const vv_diff_table *t, size_t pair)
{
	const vv_column_pair *p = &t->columns->pairs[pair];
	if (p->a < 0) {
		const vv_field *f = &t->b->schema.fields[p->b];
		vv_buf_puts(out, "added ");
		put_name(out, f);
		vv_buf_puts(out, " (");
		put_type(out, f);
		vv_buf_puts(out, ")");
		put_place(out, t->b, p->b);
	} else if (p->b < 0) {
		vv_buf_puts(out, "dropped ");
		put_name(out, &t->a->schema.fields[p->a]);
	} else {
		put_common(out, t, p);
	}
}
