/*
 * summary: a difference in figures, by column: a paragraph for each table ("summary"), or one line
 * ("stat").
 */
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/table.h"
#include "diff/rows/row_change.h"
#include "diff/write/change_words.h"
#include "diff/write/column_pairs.h"
#include "diff/write/story.h"
#include "diff/write/text_cell.h"
#include "diff/write/writer_kinds.h"

/* Column names longer than this are cut in lists. */
#define NAME_WIDTH 40u
#define WRITTEN "only written differently"

typedef struct line {
	char *path, *text;
} line;

typedef struct sum_writer {
	vv_diff_writer base; /* first: callers have a pointer to it */
	vv_story *story;     /* of a table with both sides; NULL */
	uint64_t tables, added, removed, changed;
	line *lines; /* stat: kept to the end, to be aligned */
	size_t count, cap;
} sum_writer;

static sum_writer *sum_writer_of(vv_diff_writer *w)
{
	return (sum_writer *)(void *)w;
}

static bool is_one_line(const sum_writer *w)
{
	return w->base.kind == &vv_diff_writer_stat;
}

static vv_status sum_begin_table(vv_diff_writer *w, vv_error *err)
{
	const vv_diff_table *t = &w->table;

	return is_one_line(sum_writer_of(w)) || !t->a || !t->b
		       ? VV_OK
		       : vv_story_new(&sum_writer_of(w)->story, t, err);
}

static vv_status sum_row(vv_diff_writer *w, const vv_row_change *c, vv_error *err)
{
	return sum_writer_of(w)->story ? vv_story_row(sum_writer_of(w)->story, c, err) : VV_OK;
}

/* "2 added, 1 removed, 3 changed", or "no change in data". */
static void put_rows(vv_buf *b, const vv_diff_table *t, const vv_rowdiff_stats *s)
{
	size_t added, dropped;
	size_t start = b->len;
	vv_counts_put(b, start, "", {s->added, "added", "added"},
		      {s->removed, "removed", "removed"}, {s->changed, "changed", "changed"},
		      {s->moved, "moved", "moved"}, {s->formatted_rows, WRITTEN, WRITTEN});
	if (b->len == start) {
		vv_column_pairs_lone(t, &added, &dropped);
		vv_buf_puts(b, added + dropped > 0 ? "no change in the other columns"
						   : "no change in data");
	}
	if (s->reordered && s->moved == 0) {
		vv_buf_puts(b, b->len > start ? ", order changed" : "order changed");
	}
}

static void put_label(vv_buf *b, const char *label)
{
	vv_buf_printf(b, "  %-8s ", label);
}

static void put_columns(vv_buf *b, const vv_diff_table *t)
{
	bool first = true;
	for (size_t i = 0; t->columns && i < t->columns->count; i++) {
		vv_auto(vv_buf) text = VV_BUF_FOR(b);
		vv_text_column_put(&text, t, i);
		if (text.len > 0) {
			put_label(b, first ? "columns" : "");
			vv_buf_put(b, text.data, text.len);
			vv_buf_putc(b, '\n');
			first = false;
		}
	}
}

/* "price: 412 (x 1.19)", and its figures. */
static void put_column(vv_buf *b, const vv_diff_table *t, const vv_story *story, size_t i,
		       bool ascii)
{
	const vv_field *f = &t->b->schema.fields[t->columns->pairs[i].b];
	vv_auto(vv_buf) what = VV_BUF_FOR(b);

	vv_buf_puts(b, "           ");
	vv_text_put_words(b, f->name, f->name_len, NAME_WIDTH);
	vv_story_put(&what, story, i);
	vv_buf_printf(b, ": %s", vv_text_count(vv_story_changes(story, i)));
	vv_buf_printf(b, what.len > 0 ? " (%s)\n" : "%s\n", vv_buf_cstr(&what));
	vv_buf_puts(b, "             ");
	vv_story_put_figures(b, story, i, ascii);
	vv_buf_putc(b, '\n');
}

static void put_striking(vv_buf *b, const vv_story *story)
{
	const char *said;

	for (size_t i = 0; story && (said = vv_story_striking(story, i)); i++) {
		put_label(b, i == 0 ? "notable" : "");
		vv_buf_printf(b, "%s\n", said);
	}
}

static void put_cells(vv_buf *b, const vv_diff_table *t, const vv_story *story,
		      const vv_rowdiff_stats *s, bool ascii)
{
	if (s->cells_changed + s->cells_formatted == 0) return;
	put_label(b, "cells");
	vv_counts_put(b, b->len, "", {s->cells_changed, "changed", "changed"},
		      {s->rekeyed, "of them a key", "of them keys"},
		      {s->cells_formatted, WRITTEN, WRITTEN});
	vv_buf_putc(b, '\n');
	for (size_t i = 0; story && i < t->columns->count; i++) {
		if (vv_story_changes(story, i) > 0) {
			put_column(b, t, story, i, ascii);
		}
	}
}

static void put_key(vv_buf *b, const vv_diff_table *t)
{
	const vv_table *named = t->b ? t->b : t->a;
	if (t->key_count == 0) return;
	put_label(b, "key");
	for (size_t i = 0; i < t->key_count; i++) {
		const vv_field *f = &named->schema.fields[t->key[i]];
		vv_buf_puts(b, i > 0 ? ", " : "");
		vv_text_put_words(b, f->name, f->name_len, NAME_WIDTH);
	}
	vv_buf_puts(b,
		    t->columns && t->columns->key_changed ? " (the tables' keys differ)\n" : "\n");
}

static void put_summary(sum_writer *w, const vv_rowdiff_stats *s)
{
	const vv_diff_table *t = &w->base.table;
	vv_buf *b = &w->base.out;
	vv_buf_puts(b, w->tables > 0 ? "\n" : "");
	vv_text_put_escaped(b, t->path, strlen(t->path));
	if (!t->a || !t->b) {
		vv_buf_puts(b, t->a ? ": removed" : ": new");
	}
	vv_buf_putc(b, '\n');
	if (t->old_path) {
		put_label(b, "was");
		vv_text_put_escaped(b, t->old_path, strlen(t->old_path));
		vv_buf_putc(b, '\n');
	}
	put_key(b, t);
	put_columns(b, t);
	if (t->form_change) {
		put_label(b, "form");
		vv_text_put_escaped(b, t->form_change, strlen(t->form_change));
		vv_buf_putc(b, '\n');
	}
	put_label(b, "rows");
	if (t->a && t->b) {
		vv_buf_printf(b, "%s -> %s: ", vv_text_count(s->old_rows),
			      vv_text_count(s->new_rows));
	}
	put_rows(b, t, s);
	vv_buf_puts(b,
		    t->text_to_table ? " (one side is text, the other a table of varve)\n" : "\n");
	put_striking(b, w->story);
	put_cells(b, t, w->story, s, w->base.opts.ascii);
}

/* Puts the line of --stat for one table. */
static vv_status put_line(vv_buf *b, const vv_diff_table *t, const vv_rowdiff_stats *s,
			  vv_error *err)
{
	vv_auto(vv_change_counts) counts = {0};
	vv_status rc;
	if (!t->a || !t->b) {
		const vv_table *only = t->a ? t->a : t->b;
		vv_change_whole_put(b, t->a != NULL, only->root.rows, only->columns);
		return VV_OK;
	}
	if ((rc = vv_change_counts_fill(&counts, t, s, err)) == VV_OK) {
		vv_change_counts_put(b, &counts);
	}
	return rc;
}

/* Keeps the line of one table until all paths are known. */
static vv_status keep_line(sum_writer *w, const vv_rowdiff_stats *s, vv_error *err)
{
	const vv_diff_table *t = &w->base.table;
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_buf path = VV_BUF_INIT;
	vv_status rc;
	if (!vv_array_room(w->lines, w->count, w->cap)) return vv_fail_nomem(err);
	if ((rc = put_line(&b, t, s, err)) < 0) return rc;
	if (t->old_path) {
		vv_text_put_escaped(&path, t->old_path, strlen(t->old_path));
		vv_buf_puts(&path, " => ");
	}
	vv_text_put_escaped(&path, t->path, strlen(t->path));
	line *l = &w->lines[w->count];
	l->text = vv_buf_detach(&b);
	l->path = vv_buf_detach(&path);
	w->count++;
	return l->text && l->path ? VV_OK : vv_fail_nomem(err);
}

static vv_status sum_end_table(vv_diff_writer *base, const vv_rowdiff_stats *s, vv_error *err)
{
	sum_writer *w = sum_writer_of(base);
	vv_status rc = w->story ? vv_story_end(w->story, err) : VV_OK;

	if (rc == VV_OK && is_one_line(w)) {
		rc = keep_line(w, s, err);
	} else if (rc == VV_OK) {
		put_summary(w, s);
	}
	vv_story_free(w->story);
	w->story = NULL;
	w->tables++;
	w->added += s->added;
	w->removed += s->removed;
	w->changed += s->changed;
	return rc;
}

static vv_status stat_end(vv_diff_writer *base, vv_error *err VV_UNUSED)
{
	sum_writer *w = sum_writer_of(base);
	vv_buf *b = &base->out;
	size_t widest = 0;
	vv_array_each(w->lines, w->count, it) {
		size_t n = vv_text_width(it->path, strlen(it->path));
		widest = n > widest ? n : widest;
	}
	widest = widest > 50 ? 50 : widest;
	for (size_t i = 0; i < w->count; i++) {
		size_t n = vv_text_width(w->lines[i].path, strlen(w->lines[i].path));
		vv_buf_printf(b, " %s%*s | %s\n", w->lines[i].path,
			      n < widest ? (int)(widest - n) : 0, "", w->lines[i].text);
	}
	if (w->count > 0) {
		vv_buf_printf(b, " %s table%s differ%s", vv_text_count(w->tables),
			      w->tables == 1 ? "" : "s", w->tables == 1 ? "s" : "");
		if (w->added + w->removed + w->changed > 0) {
			vv_buf_puts(b, ": ");
			vv_row_counts_put(b, w->added, w->removed, w->changed);
		}
		vv_buf_putc(b, '\n');
	}
	return VV_OK;
}

static void sum_clear(vv_diff_writer *base)
{
	sum_writer *w = sum_writer_of(base);
	vv_array_clear(w->lines, w->count, it, vv_free_all(it->path, it->text));
	vv_story_free(w->story);
}

const vv_diff_writer_kind vv_diff_writer_summary = {.name = "summary",
						    .size = sizeof(sum_writer),
						    .begin_table = sum_begin_table,
						    .row = sum_row,
						    .end_table = sum_end_table,
						    .clear = sum_clear,
						    .only_needed = true,
						    .prose = true,
						    .counts = true};
const vv_diff_writer_kind vv_diff_writer_stat = {.name = "stat",
						 .size = sizeof(sum_writer),
						 .begin_table = sum_begin_table,
						 .end_table = sum_end_table,
						 .end = stat_end,
						 .clear = sum_clear,
						 .only_needed = true,
						 .prose = true,
						 .counts = true};
