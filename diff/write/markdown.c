/*
 * markdown: writes a difference as a comment of a pull request: orders and cuts it, and escapes characters
 * that a Markdown reader (GitHub's above all) would interpret. Form: docs/formats/differences.md, "markdown".
 *
 * All output is delayed until the end: the counts are above the rows, and how many rows of a table fit
 * depends on the other tables. Kept changed cells are the least common ones, and among these the largest
 * changes.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/cell.h"
#include "dataset/schema/key_words.h"
#include "dataset/table/table.h"
#include "diff/rows/row_change.h"
#include "diff/write/change_words.h"
#include "diff/write/column_pairs.h"
#include "diff/write/story.h"
#include "diff/write/text_cell.h"
#include "diff/write/writer_kinds.h"

/* page_address: R/table/REV/PATH?key=A,B. */

/* As RFC 3986 has it, but '/' stays in paths. */
static void put_encoded(vv_buf *out, const char *text, size_t len, const char *also)
{
	for (size_t i = 0; i < len; i++) {
		if (vv_is_alnum(text[i]) || (text[i] && strchr("-._~", text[i])) ||
		    (text[i] && strchr(also, text[i]))) {
			vv_buf_putc(out, text[i]);
		} else {
			vv_buf_printf(out, "%%%02X", (unsigned char)text[i]);
		}
	}
}

/* Appends the address of the row with this key, or without one (count 0) of the row `number` (0-based). base: the address of the
 * repository's pages, with or without '/' at its end. Characters that HTML or Markdown would interpret are written as %XX; of
 * base those that end an attribute. */
static void page_row_put(vv_buf *out, const char *base, const char *commit, const char *path,
			 const vv_cell *const *key, size_t count, uint64_t number)
{
	vv_auto(vv_buf) words = VV_BUF_FOR(out);
	size_t len = strlen(base);

	while (len > 0 && base[len - 1] == '/') {
		len--;
	}
	put_encoded(out, base, len, "/:?#[]@!$()*+,;=%");
	vv_buf_puts(out, "/table/");
	put_encoded(out, commit, strlen(commit), "");
	vv_buf_putc(out, '/');
	put_encoded(out, path, strlen(path), "/");
	if (count == 0) {
		vv_buf_printf(out, "?row=%llu", (unsigned long long)number);
	}
	for (size_t i = 0; i < count; i++) {
		vv_key_word_put(&words, i, count, key[i]->text, key[i]->len);
	}
	if (count > 0) {
		vv_buf_puts(out, "?key=");
		put_encoded(out, vv_buf_cstr(&words), words.len, "");
	}
}

#define MARKER "<!-- varve diff -->\n"
#define SIZE_LIMIT ((size_t)65536)
#define SIZE_LEAST ((size_t)1024) /* room for marker, title and the note of omissions */
#define NOTE_SIZE ((size_t)400)   /* of a section's frame and its last line */
#define KEPT_TIMES 8u             /* lines held, in limits */
#define CELL_WIDTH 60u
#define NAME_WIDTH 40u
#define LINE_WIDTH 160u
#define BULLETS_MAX 20u
#define COLUMNS_MAX 8u
#define KEYS_MAX 4u

enum { CHANGED, ADDED, REMOVED, SECTIONS };

/* A changed cell's line, and what decides whether it is shown. */
typedef struct cell_line {
	size_t at, len, pair;
	uint64_t number, like;
	double size;
	vv_story_cell cell;
} cell_line;

typedef struct section {
	vv_buf head; /* two lines */
	vv_buf lines;
	cell_line *cells; /* CHANGED: of each line */
	size_t count, cap;
	cell_line
		worst; /* of those that were kept when there were too many; no len: there never were */
	uint64_t lines_all; /* also those that were not kept */
} section;

typedef struct md_table {
	vv_buf head;
	section sections[SECTIONS];
	size_t columns[SECTIONS], columns_shown[SECTIONS]; /* of added and removed rows */
} md_table;

typedef struct md_writer {
	vv_diff_writer base; /* first: callers have a pointer to it */
	size_t kept;
	md_table *tables;
	size_t count, cap;
	vv_story *story;                       /* of a table with both sides; NULL */
	size_t columns[SECTIONS][COLUMNS_MAX]; /* pairs shown of added and removed rows */
	size_t column_count[SECTIONS];
	vv_buf x, y, shown_x, shown_y;
	bool failed; /* one of them, before it was emptied */
} md_writer;

static md_writer *md_writer_of(vv_diff_writer *w)
{
	return (md_writer *)(void *)w;
}

/* Bytes of the output at most. */
static size_t size_limit(const md_writer *w)
{
	const size_t limit = w->base.opts.size_limit ? w->base.opts.size_limit : SIZE_LIMIT;
	return limit < SIZE_LEAST ? SIZE_LEAST : limit;
}

/* --- escaping --------------------------------------------------------------- */

/* Text without controls, so that nothing in it is markup: also no mention, no link that
 * is made of an address, no end of a table's cell. */
static void put_inert(vv_buf *b, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		bool address = (s[i] == ':' && i + 2 < len && s[i + 1] == '/' && s[i + 2] == '/') ||
			       (s[i] == '.' && i >= 3 &&
				(memcmp(s + i - 3, "www", 3) == 0 ||
				 memcmp(s + i - 3, "WWW", 3) == 0));
		if (address || (s[i] && strchr("&<`*_~|\\[]$@#", s[i]))) {
			vv_buf_printf(b, "&#%d;", s[i]);
		} else {
			vv_buf_putc(b, s[i]);
		}
	}
}

static void put_code(vv_buf *b, const char *s, size_t len)
{
	vv_buf_puts(b, "<code>");
	put_inert(b, s, len);
	vv_buf_puts(b, "</code>");
}

/* Cuts what takes no width on a screen (marks on marks on a letter) but room in a comment. */
static void bound_text(vv_buf *b, size_t width)
{
	size_t len = width * 4;
	if (b->failed || b->len <= len) return;
	while (len > 0 && ((unsigned char)b->data[len] & 0xc0) == 0x80) {
		len--;
	}
	b->len = len;
	vv_buf_puts(b, "\u2026");
}

static void put_text(vv_buf *b, const char *s, size_t len, size_t width)
{
	vv_auto(vv_buf) cut = VV_BUF_FOR(b);
	vv_text_put_cut(&cut, s, len, width);
	bound_text(&cut, width);
	put_code(b, vv_buf_cstr(&cut), cut.len);
}

static bool has_text(const vv_cell *c)
{
	return c->state == VV_CELL_TEXT || c->state == VV_CELL_LITERAL;
}

static void put_shown(vv_buf *b, const vv_cell *c, const vv_buf *shown)
{
	if (has_text(c)) {
		put_code(b, vv_buf_cstr(shown), shown->len);
	} else {
		vv_buf_puts(b, c->state == VV_CELL_NULL ? "<em>null</em>" : "<em>absent</em>");
	}
}

/* Two cells as shown beside each other: their common start is cut. */
static void show_both(md_writer *w, const vv_cell *x, const vv_cell *y)
{
	w->failed = w->failed || w->x.failed || w->y.failed || w->shown_x.failed ||
		    w->shown_y.failed;
	vv_buf_reset(&w->x);
	vv_buf_reset(&w->y);
	vv_buf_reset(&w->shown_x);
	vv_buf_reset(&w->shown_y);
	vv_text_cell_put(&w->x, x, true);
	vv_text_cell_put(&w->y, y, true);
	vv_text_cell_window(&w->shown_x, &w->shown_y, vv_buf_cstr(&w->x), vv_buf_cstr(&w->y),
			    CELL_WIDTH);
	bound_text(&w->shown_x, CELL_WIDTH);
	bound_text(&w->shown_y, CELL_WIDTH);
}

static void put_cell(md_writer *w, vv_buf *b, const vv_cell *c)
{
	static const vv_cell empty = {.text = "", .len = 0};
	if (!c) return;
	show_both(w, c, &empty);
	put_shown(b, c, &w->shown_x);
}

/* --- rows -------------------------------------------------------------------- */

static md_table *current_table(md_writer *w)
{
	return &w->tables[w->count - 1];
}

/* The strangest come first, then the largest, then in their order. */
static int by_strangeness(const void *a, const void *b)
{
	const cell_line *x = a, *y = b;

	if (x->like != y->like) return x->like < y->like ? -1 : 1;
	if (x->size < y->size || x->size > y->size) return x->size > y->size ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

/* Puts the lines of changed cells in order, and drops those beyond `most` bytes. */
static vv_status rank_lines(md_writer *w, section *s, size_t most, vv_error *err)
{
	vv_auto(vv_buf) lines = VV_BUF_INIT;
	size_t n = 0;

	vv_array_each(s->cells, s->count, cell) {
		cell->like = vv_story_like(w->story, cell->pair, &cell->cell);
	}
	if (s->count > 1) {
		qsort(s->cells, s->count, sizeof(*s->cells), by_strangeness);
	}
	for (; n < s->count && lines.len + s->cells[n].len <= most; n++) {
		cell_line *l = &s->cells[n];

		vv_buf_put(&lines, s->lines.data + l->at, l->len);
		l->at = lines.len - l->len;
	}
	if (n < s->count && n > 0) {
		s->worst = s->cells[n - 1];
	}
	w->kept -= s->lines.len - lines.len;
	s->count = n;
	vv_buf_clear(&s->lines);
	s->lines = lines;
	lines = (vv_buf)VV_BUF_INIT;
	return vv_buf_ok(&s->lines, err);
}

/* Room for a line more? Counts it. */
static bool keep_line(md_writer *w, section *s)
{
	s->lines_all++;
	return s->lines.len < size_limit(w) && w->kept < KEPT_TIMES * size_limit(w);
}

static void kept_line(md_writer *w, section *s, size_t before)
{
	vv_buf_puts(&s->lines, "\n");
	w->kept += s->lines.len - before;
}

/* The same for a changed cell, which can take the room of others. */
static vv_status keep_cell(md_writer *w, section *s, size_t pair, bool *keep, vv_error *err)
{
	cell_line l = {.at = s->lines.len,
		       .pair = pair,
		       .number = s->lines_all++,
		       .cell = vv_story_cell_of(w->story, pair)};
	vv_status rc;

	l.like = vv_story_like(w->story, pair, &l.cell);
	l.size = vv_story_size(&l.cell);
	*keep = (s->worst.len == 0 || by_strangeness(&l, &s->worst) < 0) &&
		w->kept < KEPT_TIMES * size_limit(w);
	if (!*keep) return VV_OK;
	if (s->lines.len >= 2 * size_limit(w) && (rc = rank_lines(w, s, size_limit(w), err)) < 0) {
		return rc;
	}
	l.at = s->lines.len;
	return vv_array_add(s->cells, s->count, s->cap, l) ? VV_OK : vv_fail_nomem(err);
}

/* The address of a row on pages, in the version that has it; nothing where there are none. */
static void put_row_address(const md_writer *w, vv_buf *b, const vv_row_change *c)
{
	const vv_diff_table *t = &w->base.table;
	const bool gone = !c->new_cells;
	const char *commit = gone ? w->base.opts.old_commit : w->base.opts.commit;
	const vv_cell *key[KEYS_MAX];

	if (!w->base.opts.pages || !commit || t->key_count > KEYS_MAX) return;
	for (size_t i = 0; i < t->key_count; i++) {
		long at;

		if (gone) {
			at = t->columns ? vv_columns_to_old(t->columns, t->key[i])
					: (long)t->key[i];
		} else {
			at = (long)t->key[i];
		}

		if (at < 0) return;
		key[i] = gone ? &c->old_cells[at] : &c->new_cells[at];
	}
	page_row_put(b, w->base.opts.pages, commit, gone && t->old_path ? t->old_path : t->path,
		     key, t->key_count, gone ? c->old_row : c->new_row);
}

/* A cell that leads to the row's page. */
static void put_linked(vv_buf *b, const vv_buf *address, const char *text, size_t len)
{
	if (address->len > 0) {
		vv_buf_printf(b, "<a href=\"%s\">", vv_buf_cstr(address));
	}
	vv_buf_put(b, text, len);
	vv_buf_puts(b, address->len > 0 ? "</a>" : "");
}

/* Where the row is: its key, or its number. */
static void put_row_name(md_writer *w, vv_buf *b, const vv_row_change *c)
{
	const vv_diff_table *t = &w->base.table;
	vv_auto(vv_buf) address = VV_BUF_FOR(b), text = VV_BUF_FOR(b);
	size_t shown = 0;

	put_row_address(w, &address, c);
	for (size_t i = 0; i < vv_column_pairs_count(t) && shown < KEYS_MAX; i++) {
		if (vv_column_pairs_names_row(t, i)) {
			const vv_cell *y = vv_column_pairs_new(t, i, c);
			vv_buf_reset(&text);
			put_cell(w, &text, y ? y : vv_column_pairs_old(t, i, c));
			vv_buf_puts(b, " ");
			put_linked(b, &address, vv_buf_cstr(&text), text.len);
			vv_buf_puts(b, " |");
			vv_buf_clear(&address);
			shown++;
		}
	}
	if (shown == 0) {
		vv_buf_printf(&text, "%llu",
			      (unsigned long long)(c->new_cells ? c->new_row : c->old_row) + 1);
		vv_buf_puts(b, " ");
		put_linked(b, &address, vv_buf_cstr(&text), text.len);
		vv_buf_puts(b, " |");
	}
}

static void changed_cell(md_writer *w, section *s, size_t pair, const vv_row_change *c)
{
	const vv_field *f = vv_column_pairs_field(&w->base.table, pair);
	const vv_cell *x = vv_column_pairs_old(&w->base.table, pair, c),
		      *y = vv_column_pairs_new(&w->base.table, pair, c);
	vv_buf *b = &s->lines;
	size_t before = b->len;
	vv_buf_puts(b, "|");
	put_row_name(w, b, c);
	vv_buf_puts(b, " ");
	put_text(b, f->name, f->name_len, NAME_WIDTH);
	show_both(w, x, y);
	vv_buf_puts(b, " | ");
	put_shown(b, x, &w->shown_x);
	vv_buf_puts(b, " | ");
	put_shown(b, y, &w->shown_y);
	vv_buf_puts(b, c->cells[pair] == VV_CELL_FORMAT ? " (same value) |" : " |");
	kept_line(w, s, before);
	s->cells[s->count - 1].len = b->len - before;
}

static void whole_row(md_writer *w, section *s, int which, const vv_row_change *c)
{
	vv_auto(vv_buf) address = VV_BUF_FOR(&s->lines), text = VV_BUF_FOR(&s->lines);
	size_t before = s->lines.len;
	vv_buf_puts(&s->lines, "|");
	put_row_address(w, &address, c);
	for (size_t i = 0; i < w->column_count[which]; i++) {
		size_t pair = w->columns[which][i];
		const vv_cell *y = vv_column_pairs_new(&w->base.table, pair, c);
		vv_buf_reset(&text);
		put_cell(w, &text, y ? y : vv_column_pairs_old(&w->base.table, pair, c));
		vv_buf_puts(&s->lines, " ");
		put_linked(&s->lines, &address, vv_buf_cstr(&text), text.len);
		vv_buf_puts(&s->lines, " |");
		vv_buf_clear(&address);
	}
	kept_line(w, s, before);
}

static vv_status lines_ok(md_writer *w, const section *s, vv_error *err)
{
	bool failed = w->failed || w->x.failed || w->y.failed || w->shown_x.failed ||
		      w->shown_y.failed;
	return failed ? vv_fail_nomem(err) : vv_buf_ok(&s->lines, err);
}

static vv_status md_row(vv_diff_writer *base, const vv_row_change *c, vv_error *err)
{
	md_writer *w = md_writer_of(base);
	md_table *t = current_table(w);
	bool within = !vv_diff_writer_is_over(base), keep;
	vv_status rc = w->story ? vv_story_row(w->story, c, err) : VV_OK;
	if (rc < 0) return rc;
	if (c->kind == VV_ROW_ADDED || c->kind == VV_ROW_REMOVED) {
		int which = c->kind == VV_ROW_ADDED ? ADDED : REMOVED;
		section *s = &t->sections[which];
		if (keep_line(w, s) && within) {
			whole_row(w, s, which, c);
		}
		return lines_ok(w, s, err);
	}
	section *s = &t->sections[CHANGED];
	for (size_t i = 0; i < vv_column_pairs_count(&w->base.table); i++) {
		if (!vv_column_pairs_differ(c, i)) {
			continue;
		}
		if (!within) {
			s->lines_all++;
		} else if ((rc = keep_cell(w, s, i, &keep, err)) < 0) {
			return rc;
		} else if (keep) {
			changed_cell(w, s, i, c);
		}
	}
	return lines_ok(w, s, err);
}

/* --- above the rows --------------------------------------------------- */

static md_table *add_table(md_writer *w)
{
	return vv_array_add(w->tables, w->count, w->cap, (md_table){.head = VV_BUF_INIT})
		       ? &w->tables[w->count - 1]
		       : NULL;
}

/* Columns of the version that has the rows; the key first, so that rows can be distinguished. */
static void choose_columns(md_writer *w, md_table *t, int which)
{
	size_t *n = &w->column_count[which];
	*n = t->columns[which] = 0;
	for (int key = 1; key >= 0; key--) {
		for (size_t i = 0; i < vv_column_pairs_count(&w->base.table); i++) {
			vv_column_pair p = vv_column_pairs_get(&w->base.table, i);
			if (vv_column_pairs_names_row(&w->base.table, i) != (key == 1) ||
			    (which == ADDED ? p.b : p.a) < 0) {
				continue;
			}
			t->columns[which]++;
			if (*n < COLUMNS_MAX) {
				w->columns[which][(*n)++] = i;
			}
		}
	}
	t->columns_shown[which] = *n;
}

static void put_rule(vv_buf *b, size_t count)
{
	vv_buf_puts(b, "\n|");
	for (size_t i = 0; i < count; i++) {
		vv_buf_puts(b, " --- |");
	}
	vv_buf_puts(b, "\n");
}

static void put_section_heads(md_writer *w, md_table *t)
{
	vv_buf *b = &t->sections[CHANGED].head;
	size_t keys = 0;
	vv_buf_puts(b, "|");
	for (size_t i = 0; i < vv_column_pairs_count(&w->base.table) && keys < KEYS_MAX; i++) {
		if (vv_column_pairs_names_row(&w->base.table, i)) {
			const vv_field *f = vv_column_pairs_field(&w->base.table, i);
			vv_buf_puts(b, " ");
			put_text(b, f->name, f->name_len, NAME_WIDTH);
			vv_buf_puts(b, " |");
			keys++;
		}
	}
	vv_buf_puts(b,
		    keys == 0 ? " row | column | before | after |" : " column | before | after |");
	put_rule(b, (keys == 0 ? 1 : keys) + 3);
	for (int k = ADDED; k <= REMOVED; k++) {
		b = &t->sections[k].head;
		vv_buf_puts(b, "|");
		for (size_t i = 0; i < w->column_count[k]; i++) {
			const vv_field *f = vv_column_pairs_field(&w->base.table, w->columns[k][i]);
			vv_buf_puts(b, " ");
			put_text(b, f->name, f->name_len, NAME_WIDTH);
			vv_buf_puts(b, " |");
		}
		put_rule(b, w->column_count[k]);
	}
}

static vv_status md_begin_table(vv_diff_writer *base, vv_error *err)
{
	md_writer *w = md_writer_of(base);
	md_table *m = add_table(w);
	if (!m) return vv_fail_nomem(err);
	vv_story_free(w->story);
	w->story = NULL;
	if (base->table.a && base->table.b) {
		vv_status rc = vv_story_new(&w->story, &w->base.table, err);
		if (rc < 0) return rc;
	}
	choose_columns(w, m, ADDED);
	choose_columns(w, m, REMOVED);
	put_section_heads(w, m);
	for (int k = 0; k < SECTIONS; k++) {
		vv_status rc = vv_buf_ok(&m->sections[k].head, err);
		if (rc < 0) return rc;
	}
	return VV_OK;
}

static void put_counts(vv_buf *b, const vv_rowdiff_stats *s)
{
	size_t start = b->len;
	vv_counts_put(b, start, "**", {s->added, "row added", "rows added"},
		      {s->removed, "row removed", "rows removed"},
		      {s->changed, "row changed", "rows changed"});
	if (s->changed > 0) {
		vv_buf_printf(b, " (%s", vv_text_counted(s->cells_changed, "cell", NULL));
		vv_counts_put(b, start, "**", {s->rekeyed, "key", "keys"});
		vv_buf_putc(b, ')');
	}
	vv_counts_put(b, start, "**",
		      {s->formatted_rows, "row only written differently",
		       "rows only written differently"},
		      {s->moved, "row moved", "rows moved"});
	vv_buf_puts(b, b->len > start ? "\n" : "No row differs.\n");
}

static void put_bullet(vv_buf *b, const char *label, const char *text, size_t len)
{
	vv_buf_printf(b, "- %s", label);
	put_text(b, text, len, LINE_WIDTH);
	vv_buf_puts(b, "\n");
}

static void put_key_names(vv_buf *b, const vv_table *t)
{
	for (size_t i = 0; i < t->root.key_count; i++) {
		vv_buf_printf(b, "%s%s", i > 0 ? ", " : "", t->root.key[i]);
	}
	vv_buf_puts(b, t->root.key_count == 0 ? "none" : "");
}

static void put_facts(vv_buf *b, const vv_diff_table *t)
{
	vv_auto(vv_buf) line = VV_BUF_FOR(b);
	size_t bullets = 0, more = 0;
	vv_buf_puts(b, "\n");
	if (t->old_path) {
		put_bullet(b, "renamed from ", t->old_path, strlen(t->old_path));
	}
	for (size_t i = 0; t->columns && i < t->columns->count; i++) {
		vv_buf_reset(&line);
		vv_column_describe(&line, t, i);
		if (line.len > 0 && bullets++ < BULLETS_MAX) {
			put_bullet(b, "column ", line.data, line.len);
		} else {
			more += line.len > 0;
		}
	}
	if (more > 0) {
		vv_buf_printf(b, "- and %s\n", vv_text_counted(more, "more column", NULL));
	}
	if (t->columns && t->columns->key_changed) {
		vv_buf_reset(&line);
		put_key_names(&line, t->a);
		vv_buf_puts(&line, " -> ");
		put_key_names(&line, t->b);
		put_bullet(b, "key ", vv_buf_cstr(&line), line.len);
	}
	if (t->form_change) {
		put_bullet(b, "form ", t->form_change, strlen(t->form_change));
	}
	if (t->text_to_table) {
		vv_buf_puts(b, "- one side is text, the other a table of varve\n");
	}
	if (t->partial) {
		vv_buf_puts(b, "- the options of this difference leave out some changes\n");
	}
}

/* Puts notable changes, and the changes of each column. */
static void put_story(vv_buf *b, const md_writer *w)
{
	const vv_story *story = w->story;
	const char *said;
	size_t bullets = 0, more = 0;

	for (size_t i = 0; (said = vv_story_striking(story, i)); i++) {
		vv_buf_puts(b, "- **notable**: ");
		put_code(b, said, strlen(said));
		vv_buf_puts(b, "\n");
	}
	for (size_t i = 0; i < w->base.table.columns->count; i++) {
		vv_auto(vv_buf) what = VV_BUF_FOR(b), figures = VV_BUF_FOR(b);

		if (vv_story_changes(story, i) == 0) {
			continue;
		}
		if (bullets++ >= BULLETS_MAX) {
			more++;
			continue;
		}
		const vv_field *f = vv_column_pairs_field(&w->base.table, i);
		vv_story_put(&what, story, i);
		vv_story_put_figures(&figures, story, i, false);
		vv_buf_puts(b, "- ");
		put_text(b, f->name, f->name_len, NAME_WIDTH);
		vv_buf_printf(b, ": %s", vv_text_counted(vv_story_changes(story, i), "cell", NULL));
		if (what.len > 0) {
			vv_buf_puts(b, ": ");
			put_code(b, what.data, what.len);
		}
		vv_buf_puts(b, "<br>");
		put_code(b, vv_buf_cstr(&figures), figures.len);
		vv_buf_puts(b, "\n");
	}
	if (more > 0) {
		vv_buf_printf(b, "- and %s\n", vv_text_counted(more, "more changed column", NULL));
	}
}

static vv_status md_end_table(vv_diff_writer *base, const vv_rowdiff_stats *stats, vv_error *err)
{
	md_writer *w = md_writer_of(base);
	const vv_diff_table *t = &w->base.table;
	md_table *m = current_table(w);
	vv_status rc;
	if (w->story && ((rc = vv_story_end(w->story, err)) < 0 ||
			 (rc = rank_lines(w, &m->sections[CHANGED], size_limit(w), err)) < 0)) {
		return rc;
	}
	vv_buf_puts(&m->head, "\n### ");
	put_text(&m->head, t->path, strlen(t->path), LINE_WIDTH);
	vv_buf_puts(&m->head, !t->a ? " (new)\n\n" : !t->b ? " (removed)\n\n" : "\n\n");
	put_counts(&m->head, stats);
	put_facts(&m->head, t);
	if (w->story) {
		put_story(&m->head, w);
	}
	/* rows of a table on one side need not all have been given */
	if (!t->a || !t->b) {
		section *s = &m->sections[t->a ? REMOVED : ADDED];
		uint64_t all = t->a ? stats->removed : stats->added;
		s->lines_all = all > s->lines_all ? all : s->lines_all;
	}
	return vv_buf_ok(&m->head, err);
}

/* --- what fits --------------------------------------------------------------------- */

/* Bytes of whole lines within `room`; *count of them. */
static size_t lines_within(const vv_buf *lines, size_t room, uint64_t *count)
{
	size_t used = 0;
	*count = 0;
	while (used < lines->len) {
		const char *end = memchr(lines->data + used, '\n', lines->len - used);
		size_t next = end ? (size_t)(end - lines->data) + 1 : lines->len;
		if (next > room) {
			break;
		}
		used = next;
		(*count)++;
	}
	return used;
}

static const char *section_noun(int which, uint64_t n)
{
	static const char *const nouns[SECTIONS][2] = {{"changed cell", "changed cells"},
						       {"added row", "added rows"},
						       {"removed row", "removed rows"}};
	return nouns[which][n != 1];
}

static size_t section_demand(const section *s)
{
	return s->lines.len > 0 ? s->lines.len + s->head.len + NOTE_SIZE : 0;
}

/* Appends as much of a section as fits into `room` bytes, or one line that nothing fits. */
static void put_section(vv_buf *b, const md_table *t, int which, size_t room)
{
	const section *s = &t->sections[which];
	uint64_t count = 0;
	size_t frame = NOTE_SIZE + s->head.len;
	size_t used = room > frame ? lines_within(&s->lines, room - frame, &count) : 0;
	if (s->lines_all == 0) return;
	if (used == 0) {
		vv_buf_printf(b, "\nNot shown: %s %s.\n", vv_text_count(s->lines_all),
			      section_noun(which, s->lines_all));
		return;
	}
	vv_buf_printf(b, "\n<details><summary>%s %s</summary>\n\n", vv_text_count(s->lines_all),
		      section_noun(which, s->lines_all));
	vv_buf_put(b, s->head.data, s->head.len);
	vv_buf_put(b, s->lines.data, used);
	if (s->lines_all > count) {
		vv_buf_printf(b, "\nNot shown: %s more %s.\n", vv_text_count(s->lines_all - count),
			      section_noun(which, s->lines_all - count));
	}
	if (which != CHANGED && t->columns[which] > t->columns_shown[which]) {
		vv_buf_printf(b, "\nNot shown: %s of %s columns.\n",
			      vv_text_count(t->columns[which] - t->columns_shown[which]),
			      vv_text_count(t->columns[which]));
	}
	vv_buf_puts(b, "\n</details>\n");
}

/* Assigns each of n its demand up to a fair part of the total, and the others a fair part of the
 * rest. */
static void share_out(size_t *room, const size_t *demands, size_t n, size_t total)
{
	bool again = true;
	memset(room, 0, n * sizeof(*room));
	while (again) {
		size_t open = 0;
		again = false;
		for (size_t i = 0; i < n; i++) {
			open += room[i] == 0 && demands[i] > 0;
		}
		size_t fair = open > 0 ? total / open : 0;
		for (size_t i = 0; i < n; i++) {
			if (room[i] == 0 && demands[i] > 0 && demands[i] <= fair) {
				room[i] = demands[i];
				total -= demands[i];
				again = true;
			}
		}
		for (size_t i = 0; i < n && !again; i++) {
			room[i] = room[i] == 0 && demands[i] > 0 ? fair : room[i];
		}
	}
}

static void put_table(vv_buf *b, const md_table *t, size_t room)
{
	size_t demands[SECTIONS], rooms[SECTIONS];
	vv_buf_put(b, vv_buf_cstr(&t->head), t->head.len);
	for (int k = 0; k < SECTIONS; k++) {
		demands[k] = section_demand(&t->sections[k]);
	}
	share_out(rooms, demands, SECTIONS, room);
	for (int k = 0; k < SECTIONS; k++) {
		put_section(b, t, k, rooms[k]);
	}
}

static vv_status put_tables(md_writer *w, vv_buf *b, vv_error *err)
{
	vv_auto_free size_t *rooms = vv_calloc(w->count + 1, 2 * sizeof(*rooms));
	size_t *demands = rooms ? rooms + w->count : NULL;
	size_t fixed = b->len + NOTE_SIZE, shown = 0;
	if (!rooms) return vv_fail_nomem(err);
	for (; shown < w->count; shown++) {
		const md_table *t = &w->tables[shown];
		if (fixed + t->head.len + NOTE_SIZE > size_limit(w)) {
			break;
		}
		fixed += t->head.len + NOTE_SIZE;
		for (int k = 0; k < SECTIONS; k++) {
			demands[shown] += section_demand(&t->sections[k]);
		}
	}
	share_out(rooms, demands, shown, size_limit(w) > fixed ? size_limit(w) - fixed : 0);
	for (size_t i = 0; i < shown; i++) {
		put_table(b, &w->tables[i], rooms[i]);
	}
	if (shown < w->count) {
		vv_buf_printf(b, "\nNot shown: %s more table%s.\n", vv_text_count(w->count - shown),
			      w->count - shown == 1 ? "" : "s");
	}
	return vv_buf_ok(b, err);
}

static vv_status md_end(vv_diff_writer *base, vv_error *err)
{
	md_writer *w = md_writer_of(base);
	const char *title = base->opts.title;
	vv_buf_puts(&base->out, MARKER "## Changes in tables");
	if (title && title[0]) {
		vv_buf_puts(&base->out, ": ");
		put_text(&base->out, title, strlen(title), LINE_WIDTH / 2);
	}
	vv_buf_puts(&base->out, w->count == 0 ? "\n\nNo table differs.\n" : "\n");
	return put_tables(w, &base->out, err);
}

static void md_clear(vv_diff_writer *base)
{
	md_writer *w = md_writer_of(base);
	vv_array_each(w->tables, w->count, table) {
		vv_buf_clear(&table->head);
		for (int k = 0; k < SECTIONS; k++) {
			vv_buf_clear_all(&table->sections[k].head, &table->sections[k].lines);
			vv_free(table->sections[k].cells);
		}
	}
	vv_story_free(w->story);
	vv_free(w->tables);
	vv_buf_clear_all(&w->x, &w->y, &w->shown_x, &w->shown_y);
}

const vv_diff_writer_kind vv_diff_writer_markdown = {.name = "markdown",
						     .size = sizeof(md_writer),
						     .begin_table = md_begin_table,
						     .row = md_row,
						     .end_table = md_end_table,
						     .end = md_end,
						     .clear = md_clear};
