/*
 * text: lines about a table around its rows, for people: names, columns, form, and the sum at the
 * end.
 */
#include <string.h>

#include "base/hint_text.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/table.h"
#include "diff/rows/row_change.h"
#include "diff/write/change_words.h"
#include "diff/write/column_pairs.h"
#include "diff/write/text_cell.h"
#include "diff/write/text_rows.h"
#include "diff/write/writer_kinds.h"

typedef struct text_writer {
	vv_diff_writer base; /* first: callers have a pointer to it */
	text_rows rows;
	uint64_t tables;
} text_writer;

static text_writer *text_writer_of(vv_diff_writer *w)
{
	return (text_writer *)(void *)w;
}

static void put_shown(vv_buf *out, const char *s, size_t len)
{
	vv_text_put_escaped(out, s, len);
}

static const char *paint_code(const text_writer *w, text_paint p)
{
	return text_on(&w->rows, p);
}

/* The name of a side without the ":PATH" that the heading shows anyway. */
static size_t side_len(const char *name, const char *path)
{
	size_t n = strlen(name), p = strlen(path);
	return n > p + 1 && name[n - p - 1] == ':' && strcmp(name + n - p, path) == 0 ? n - p - 1
										      : n;
}

/* "prices.csv: HEAD~1 -> work tree"; of two files: "a.csv -> b.csv". */
static void put_heading(text_writer *w)
{
	const vv_diff_table *t = &w->base.table;
	const char *before = t->old_path ? t->old_path : t->path;
	size_t old_len = t->old_name ? side_len(t->old_name, before) : 0,
	       new_len = t->new_name ? side_len(t->new_name, t->path) : 0;
	bool files = t->a && t->b && t->new_name && strcmp(t->new_name, t->path) == 0;
	vv_buf_puts(&w->base.out, w->tables > 0 ? "\n" : "");
	vv_buf_puts(&w->base.out, paint_code(w, TEXT_BOLD));
	if (files || t->old_path) {
		before = files ? t->old_name : before;
		put_shown(&w->base.out, before, strlen(before));
		vv_buf_puts(&w->base.out, " -> ");
	}
	put_shown(&w->base.out, t->path, strlen(t->path));
	vv_buf_puts(&w->base.out, text_off(&w->rows));
	if (!t->a || !t->b) {
		const vv_table *only = t->a ? t->a : t->b;
		vv_buf_printf(&w->base.out, ": %s%s table%s, %s, %s",
			      paint_code(w, t->a ? TEXT_RED : TEXT_GREEN), t->a ? "removed" : "new",
			      text_off(&w->rows), vv_text_counted(only->root.rows, "row", NULL),
			      vv_text_counted(only->columns, "column", NULL));
	} else if (!files && old_len > 0 && new_len > 0) {
		vv_buf_puts(&w->base.out, ": ");
		put_shown(&w->base.out, t->old_name, old_len);
		vv_buf_puts(&w->base.out, " -> ");
		put_shown(&w->base.out, t->new_name, new_len);
	}
	vv_buf_putc(&w->base.out, '\n');
}

static void put_label(text_writer *w, const char *label)
{
	vv_buf_printf(&w->base.out, "  %s%-8s%s ", paint_code(w, TEXT_DIM), label,
		      text_off(&w->rows));
}

static void put_key_names(text_writer *w, char *const *names, size_t count)
{
	vv_buf_puts(&w->base.out, count == 0 ? "none" : "");
	for (size_t i = 0; i < count; i++) {
		vv_buf_puts(&w->base.out, i > 0 ? ", " : "");
		put_shown(&w->base.out, names[i], strlen(names[i]));
	}
}

static text_paint column_paint(const vv_column_pair *p)
{
	if (p->a < 0) return TEXT_GREEN;
	return p->b < 0 ? TEXT_RED : TEXT_YELLOW;
}

static void put_schema(text_writer *w)
{
	const vv_diff_table *t = &w->base.table;
	bool first = true;
	for (size_t i = 0; t->columns && i < t->columns->count; i++) {
		vv_auto(vv_buf) line = VV_BUF_FOR(&w->base.out);
		vv_text_column_put(&line, t, i);
		if (line.len > 0) {
			put_label(w, first ? "columns" : "");
			vv_buf_puts(&w->base.out,
				    paint_code(w, column_paint(&t->columns->pairs[i])));
			vv_buf_put(&w->base.out, line.data, line.len);
			vv_buf_printf(&w->base.out, "%s\n", text_off(&w->rows));
			first = false;
		}
	}
	if (t->columns && t->columns->key_changed) {
		put_label(w, "key");
		put_key_names(w, t->a->root.key, t->a->root.key_count);
		vv_buf_puts(&w->base.out, " -> ");
		put_key_names(w, t->b->root.key, t->b->root.key_count);
		vv_buf_putc(&w->base.out, '\n');
	}
	if (t->columns && t->columns->missing_changed) {
		put_label(w, "schema");
		vv_buf_puts(&w->base.out, "missing values changed\n");
	}
	if (t->conflict) {
		put_label(w, "conflict");
		vv_buf_puts(&w->base.out, "not resolved yet");
		if (vv_hint_put(&w->base.out, " (", w->base.opts.words, VV_HINT_CONFLICTS)) {
			vv_buf_putc(&w->base.out, ')');
		}
		vv_buf_putc(&w->base.out, '\n');
	}
	if (t->form_change) {
		put_label(w, "form");
		put_shown(&w->base.out, t->form_change, strlen(t->form_change));
		vv_buf_putc(&w->base.out, '\n');
	}
}

static vv_status text_begin_table(vv_diff_writer *base, vv_error *err)
{
	text_writer *w = text_writer_of(base);
	text_rows_clear(&w->rows);
	vv_status rc = text_rows_init(&w->rows, &base->table, &base->opts, err);
	if (rc < 0) return rc;
	put_heading(w);
	put_schema(w);
	w->tables++;
	return VV_OK;
}

static vv_status text_row_of(vv_diff_writer *base, const vv_row_change *c, vv_error *err)
{
	text_writer *w = text_writer_of(base);
	vv_status rc;
	if (vv_diff_writer_is_over(base)) return VV_OK;
	vv_buf_puts(&base->out, base->rows == 1 ? "\n" : "");
	if ((rc = text_rows_add(&w->rows, c, err)) < 0) return rc;
	if (text_rows_full(&w->rows) || base->rows == base->opts.limit) {
		bool first = base->rows == w->rows.count;
		if ((rc = text_rows_put(&w->rows, &base->out, err)) < 0) return rc;
		/* the first rows are shown at once */
		return first ? vv_diff_writer_flush(base, 0, err) : VV_OK;
	}
	return VV_OK;
}

/* " (--limit 0 shows all)"; option NULL: nothing. */
static void put_option(vv_buf *b, const char *option, const char *what)
{
	if (option) {
		vv_buf_printf(b, " (%s shows %s)", option, what);
	}
}

/* "2 rows added, 1 row removed, 3 rows changed (4 cells, 1 key)" */
static void put_sum(text_writer *w, const vv_rowdiff_stats *s)
{
	vv_buf *b = &w->base.out;
	size_t start = b->len;
	vv_counts_put(b, start, "", {s->added, "row added", "rows added"},
		      {s->removed, "row removed", "rows removed"},
		      {s->changed, "row changed", "rows changed"});
	if (s->cells_changed > 0) {
		vv_buf_printf(b, " (%s", vv_text_counted(s->cells_changed, "cell", NULL));
		vv_counts_put(b, start, "", {s->rekeyed, "key", "keys"});
		vv_buf_putc(b, ')');
	}
	vv_counts_put(b, start, "", {s->moved, "row moved", "rows moved"},
		      {s->cells_formatted, "cell only written differently (~>)",
		       "cells only written differently (~>)"});
	if (b->len == start) {
		size_t added, dropped;
		vv_column_pairs_lone(&w->base.table, &added, &dropped);
		vv_counts_put(b, start, "", {added, "column added", "columns added"},
			      {dropped, "column dropped", "columns dropped"});
		vv_buf_puts(b, b->len == start ? "no change in data"
					       : "; no change in the other "
						 "columns");
	} else {
		vv_buf_printf(b, "; %s -> %s", vv_text_count(s->old_rows),
			      vv_text_counted(s->new_rows, "row", NULL));
	}
	if (s->reordered && s->moved == 0) {
		vv_buf_puts(b, "; the order of rows changed");
		put_option(b, w->base.opts.shows_moves, "it");
	}
	if (w->base.table.text_to_table) {
		vv_buf_puts(b, "; one side is text, the other a table of varve");
	}
}

static vv_status text_end_table(vv_diff_writer *base, const vv_rowdiff_stats *s, vv_error *err)
{
	text_writer *w = text_writer_of(base);
	const vv_diff_table *t = &w->base.table;
	const uint64_t left_out = vv_diff_writer_left_out(base, s);
	vv_status rc = text_rows_put(&w->rows, &base->out, err);
	if (rc < 0) return rc;
	if (left_out > 0) {
		vv_buf_printf(&base->out, "    %s\u2026 %s %s not shown", paint_code(w, TEXT_DIM),
			      vv_text_counted(left_out, "more row", NULL),
			      left_out == 1 ? "is" : "are");
		put_option(&base->out, w->base.opts.shows_all, "all");
		vv_buf_printf(&base->out, "%s\n", text_off(&w->rows));
	}
	vv_buf_puts(&base->out, base->rows > 0 ? "\n" : "");
	if (t->a && t->b) {
		vv_buf_puts(&base->out, "  ");
		put_sum(w, s);
		vv_buf_putc(&base->out, '\n');
	}
	return VV_OK;
}

static void text_clear(vv_diff_writer *base)
{
	text_rows_clear(&text_writer_of(base)->rows);
}

const vv_diff_writer_kind vv_diff_writer_text = {.name = "text",
						 .size = sizeof(text_writer),
						 .begin_table = text_begin_table,
						 .row = text_row_of,
						 .end_table = text_end_table,
						 .clear = text_clear,
						 .prose = true};
