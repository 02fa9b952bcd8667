/*
 * writer: knows which writers there are, and how a change of a column is told in words.
 */
#include "diff/write/writer.h"

#include <string.h>

#include "diff/write/writer_kinds.h"

const vv_diff_writer_kind *const vv_diff_writer_kinds[] = {
	&vv_diff_writer_text,   &vv_diff_writer_json,
	&vv_diff_writer_ndjson, &vv_diff_writer_csv,
	&vv_diff_writer_html,   &vv_diff_writer_markdown,
	&vv_diff_writer_sql,    &vv_diff_writer_summary,
	&vv_diff_writer_stat,   NULL,
};

const vv_diff_writer_kind *vv_diff_writer_find(const char *name)
{
	for (size_t i = 0; vv_diff_writer_kinds[i]; i++) {
		if (strcmp(vv_diff_writer_kinds[i]->name, name) == 0) {
			return vv_diff_writer_kinds[i];
		}
	}
	return NULL;
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
	vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT;
	if (x) {
		vv_json_put_node(&a, x);
	}
	if (y) {
		vv_json_put_node(&b, y);
	}
	bool same = a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
	vv_buf_clear(&a);
	vv_buf_clear(&b);
	return same;
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
