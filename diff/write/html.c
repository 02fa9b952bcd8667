/*
 * html: knows how a difference becomes one page that opens from a file: what stands where, and
 * how text of cells stays text. Form: docs/formats/differences.md, "html".
 *
 * The page is complete without its script, which only filters; a policy in its head
 * allows that script, that style sheet, and nothing else.
 */
#include <string.h>

#include "base/codec.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"
#include "diff/write/change_words.h"
#include "diff/write/column_pairs.h"
#include "diff/write/html_page.h"
#include "diff/write/writer_kinds.h"

#define FLUSH_AT (64u << 10)
#define GRID_MAX 10u   /* columns: with more of them a row is shown as a card */
#define CARD_CELLS 10u /* of an added or removed row, before the rest is folded away */
#define CELL_MAX 4000u /* bytes of a value that are shown */
#define COMPACT "0123456789.,:+-/%()eETZ "
#define COMPACT_MAX 40u /* bytes of a value that is not broken into lines */
#define LEAD 80u        /* of what two long values have in common */

typedef struct html_writer {
	vv_diff_writer base; /* first: what callers hold */
	vv_diff_writer_options opts;
	vv_buf buf, text;
	vv_diff_table table;
	uint64_t told;
	size_t tables;
	bool cards;
} html_writer;

static html_writer *self(vv_diff_writer *w)
{
	return (html_writer *)(void *)w;
}

static vv_status flush(html_writer *w, size_t above, vv_error *err)
{
	vv_status rc = vv_buf_ok(&w->buf, err);
	if (rc == VV_OK && (rc = vv_buf_ok(&w->text, err)) == VV_OK && w->buf.len > above) {
		rc = w->opts.write(w->opts.payload, w->buf.data, w->buf.len, err);
		vv_buf_reset(&w->buf);
	}
	return rc;
}

/* --- text ----------------------------------------------------------------- */

static void put_entities(vv_buf *b, const char *s, size_t len)
{
	size_t from = 0;
	for (size_t i = 0; i < len; i++) {
		const char *e = s[i] == '&'    ? "&amp;"
				: s[i] == '<'  ? "&lt;"
				: s[i] == '>'  ? "&gt;"
				: s[i] == '"'  ? "&quot;"
				: s[i] == '\'' ? "&#39;"
					       : NULL;
		if (e) {
			vv_buf_put(b, s + from, i - from);
			vv_buf_puts(b, e);
			from = i + 1;
		}
	}
	vv_buf_put(b, s + from, len - from);
}

/* Empties the room for one text; what failed in it is not forgotten. */
static void begin_text(html_writer *w)
{
	w->buf.failed = w->buf.failed || w->text.failed;
	vv_buf_reset(&w->text);
}

/* For names, paths and titles, also inside attributes: controls as they are told elsewhere. */
static void put_name(html_writer *w, const char *s, size_t len)
{
	begin_text(w);
	vv_text_put_escaped(&w->text, s, len);
	put_entities(&w->buf, vv_buf_cstr(&w->text), w->text.len);
}

static void put_names(html_writer *w, const char *s)
{
	put_name(w, s, strlen(s));
}

/* Bytes at s that need no mark; at least 0. */
static size_t plain_run(const char *s, size_t len)
{
	size_t n = 0;
	while (n < len && (unsigned char)s[n] >= 0x20 && (unsigned char)s[n] < 0x7f) {
		n++;
	}
	return n;
}

/* A value's text. What cannot stand in a page is written in a mark of its own, so that it
 * differs from text that only looks like it. */
static void put_text(html_writer *w, const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t n = plain_run(s + i, len - i);
		uint32_t cp;
		put_entities(&w->buf, s + i, n);
		i += n;
		if (i == len) {
			break;
		}
		n = vv_utf8_decode(&cp, s + i, len - i);
		n = n ? n : 1;
		begin_text(w);
		vv_text_put_escaped(&w->text, s + i, n);
		if (w->text.len == n && memcmp(w->text.data, s + i, n) == 0) {
			vv_buf_put(&w->buf, s + i, n);
		} else {
			vv_buf_puts(&w->buf, "<b class=\"e\">");
			put_entities(&w->buf, vv_buf_cstr(&w->text), w->text.len);
			vv_buf_puts(&w->buf, s[i] == '\n' ? "</b><br>" : "</b>");
		}
		i += n;
	}
}

static size_t whole_chars(const char *s, size_t len)
{
	while (len > 0 && ((unsigned char)s[len] & 0xc0) == 0x80) {
		len--;
	}
	return len;
}

static void put_cut(html_writer *w, size_t len)
{
	vv_buf_printf(&w->buf, "<i class=\"cut\">\u2026 %s bytes</i>", vv_text_count(len));
}

/* The text, or, when it is long, its beginning. */
static void put_bounded(html_writer *w, const char *s, size_t len)
{
	size_t shown = len > CELL_MAX ? whole_chars(s, CELL_MAX) : len;
	put_text(w, s, shown);
	if (shown < len) {
		put_cut(w, len - shown);
	}
}

static bool put_state(html_writer *w, const vv_cell *c)
{
	const char *word = c->state == VV_CELL_ABSENT ? "absent"
			   : c->state == VV_CELL_NULL ? "null"
			   : c->len == 0              ? "empty"
						      : NULL;
	if (word) {
		vv_buf_printf(&w->buf, "<i class=\"v\">%s</i>", word);
	}
	return word != NULL;
}

static void put_value(html_writer *w, const vv_cell *c)
{
	if (!put_state(w, c)) {
		put_bounded(w, c->text, c->len);
	}
}

/* --- changed values --------------------------------------------------------- */

/* Bytes that both begin (end) with, whole characters. */
static void find_common(const vv_cell *x, const vv_cell *y, size_t *before, size_t *after)
{
	size_t n = 0, k = 0, most = x->len < y->len ? x->len : y->len;
	while (n < most && x->text[n] == y->text[n]) {
		n++;
	}
	while (n > 0 && ((n < x->len && ((unsigned char)x->text[n] & 0xc0) == 0x80) ||
			 (n < y->len && ((unsigned char)y->text[n] & 0xc0) == 0x80))) {
		n--;
	}
	while (k < most - n && x->text[x->len - 1 - k] == y->text[y->len - 1 - k]) {
		k++;
	}
	while (k > 0 && ((unsigned char)x->text[x->len - k] & 0xc0) == 0x80) {
		k--;
	}
	*before = n;
	*after = k;
}

/* One of two values; what they do not share is marked where they share something. */
static void put_side(html_writer *w, const char *tag, const vv_cell *c, size_t before, size_t after)
{
	vv_buf_printf(&w->buf, "<%s>", tag);
	if (put_state(w, c)) {
		vv_buf_printf(&w->buf, "</%s>", tag);
		return;
	}
	bool is_long = c->len > CELL_MAX;
	size_t skip = is_long && before > LEAD ? whole_chars(c->text, before - LEAD) : 0;
	size_t keep = is_long && after > LEAD ? LEAD : after;
	while (keep < after && ((unsigned char)c->text[c->len - after + keep] & 0xc0) == 0x80) {
		keep++;
	}
	if (skip > 0) {
		put_cut(w, skip);
	}
	put_text(w, c->text + skip, before - skip);
	if (c->len > before + after) {
		vv_buf_puts(&w->buf, before + after > 0 ? "<mark>" : "");
		put_bounded(w, c->text + before, c->len - before - after);
		vv_buf_puts(&w->buf, before + after > 0 ? "</mark>" : "");
	}
	put_text(w, c->text + c->len - after, keep);
	if (keep < after) {
		put_cut(w, after - keep);
	}
	vv_buf_printf(&w->buf, "</%s>", tag);
}

static void put_change(html_writer *w, const vv_cell *x, const vv_cell *y, bool same_value)
{
	size_t before = 0, after = 0;
	if (x->len > 0 && y->len > 0) {
		find_common(x, y, &before, &after);
	}
	put_side(w, "del", x, before, after);
	vv_buf_puts(&w->buf, "<span class=\"ar\"> \u2192 </span>");
	put_side(w, "ins", y, before, after);
	if (same_value) {
		vv_buf_puts(&w->buf, " <span class=\"f\">same value</span>");
	}
}

/* --- rows --------------------------------------------------------------------- */

static bool is_number(const vv_field *f)
{
	return f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER || f->type == VV_TYPE_YEAR;
}

static void put_label(html_writer *w, size_t pair)
{
	const vv_field *f = vv_column_pairs_field(&w->table, pair);
	vv_buf_puts(&w->buf, " data-c=\"");
	put_name(w, f->name, f->name_len);
	vv_buf_puts(&w->buf, "\">");
}

/* Is the value a number, a date or a time, by its looks? Those stay in one line. */
static bool is_compact(const vv_cell *c)
{
	for (size_t i = 0; c && i < c->len; i++) {
		if (c->len > COMPACT_MAX || !memchr(COMPACT, c->text[i], sizeof(COMPACT) - 1)) {
			return false;
		}
	}
	return true;
}

/* What a cell is beside its text: k key, x changed, n number, w not to be broken. */
static void put_classes(html_writer *w, size_t pair, bool changed, bool compact)
{
	char classes[4];
	size_t n = 0;
	bool key = vv_column_pairs_is_key(&w->table, pair),
	     number = is_number(vv_column_pairs_field(&w->table, pair));
	classes[n++] = key ? 'k' : ' ';
	classes[n++] = changed ? 'x' : ' ';
	classes[n++] = number ? 'n' : ' ';
	classes[n++] = compact ? 'w' : ' ';
	if (key || changed || number || compact) {
		bool first = true;
		vv_buf_puts(&w->buf, " class=\"");
		for (size_t i = 0; i < n; i++) {
			if (classes[i] != ' ') {
				vv_buf_puts(&w->buf, first ? "" : " ");
				vv_buf_putc(&w->buf, classes[i]);
				first = false;
			}
		}
		vv_buf_puts(&w->buf, "\"");
	}
}

static void put_cell(html_writer *w, size_t pair, const vv_row_change *c)
{
	const vv_cell *x = vv_column_pairs_old(&w->table, pair, c),
		      *y = vv_column_pairs_new(&w->table, pair, c);
	bool changed = vv_column_pairs_differ(c, pair);
	vv_buf_puts(&w->buf, "<td");
	put_classes(w, pair, changed, is_compact(x) && is_compact(y));
	put_label(w, pair);
	if (changed) {
		put_change(w, x, y, c->cells[pair] == VV_CELL_FORMAT);
	} else if (x || y) {
		put_value(w, y ? y : x);
	}
	vv_buf_puts(&w->buf, "</td>");
}

/* Is the column beside a changed one, near enough to be shown with it? */
static bool is_context(const html_writer *w, size_t pair, const vv_row_change *c)
{
	size_t count = vv_column_pairs_count(&w->table), right = w->opts.context / 2,
	       left = w->opts.context - right;
	for (size_t i = pair > right ? pair - right : 0; i < count && i <= pair + left; i++) {
		if (vv_column_pairs_differ(c, i)) return true;
	}
	return false;
}

/* A changed row of a wide table: its key, what changed, and what stands beside that. */
static void put_changed_card(html_writer *w, const vv_row_change *c)
{
	for (int key = 1; key >= 0; key--) {
		for (size_t i = 0; i < vv_column_pairs_count(&w->table); i++) {
			if (vv_column_pairs_names_row(&w->table, i) == (key == 1) &&
			    (key == 1 || is_context(w, i, c))) {
				put_cell(w, i, c);
			}
		}
	}
}

/* Any other row of a wide table: its key and first columns, the rest folded away. */
static void put_whole_card(html_writer *w, const vv_row_change *c)
{
	size_t count = vv_column_pairs_count(&w->table), shown = 0;
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < count; i++) {
			if (vv_column_pairs_names_row(&w->table, i) == (round == 0) &&
			    shown < CARD_CELLS) {
				put_cell(w, i, c);
				shown++;
			}
		}
	}
	if (shown == count) return;
	vv_buf_printf(&w->buf, "<td class=\"rest\"><details><summary>%s</summary><dl>",
		      vv_text_counted(count - shown, "more column", NULL));
	size_t passed = 0;
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < count; i++) {
			if (vv_column_pairs_names_row(&w->table, i) != (round == 0) ||
			    passed++ < shown) {
				continue;
			}
			const vv_cell *x = vv_column_pairs_old(&w->table, i, c),
				      *y = vv_column_pairs_new(&w->table, i, c);
			if (x || y) {
				vv_buf_puts(&w->buf, "<div><dt");
				put_label(w, i);
				vv_buf_puts(&w->buf, is_compact(y ? y : x) ? "</dt><dd class=\"w\">"
									   : "</dt><dd>");
				put_value(w, y ? y : x);
				vv_buf_puts(&w->buf, "</dd></div>");
			}
		}
	}
	vv_buf_puts(&w->buf, "</dl></details></td>");
}

/* Kind, and the row's number in the version that has it. */
static void put_row_head(html_writer *w, const vv_row_change *c)
{
	static const struct {
		const char *sign, *word;
		char letter;
	} kinds[] = {{"+", "added", 'a'},
		     {"\u2212", "removed", 'r'},
		     {"~", "changed", 'c'},
		     {":", "moved", 'm'}};
	char letter = kinds[c->kind].letter;
	vv_buf_printf(
		&w->buf,
		"<tr class=\"%c\"><th scope=\"row\"><span class=\"sign %c\" aria-hidden=\"true\">%s</span>",
		letter, letter, kinds[c->kind].sign);
	vv_buf_printf(&w->buf, "<span class=\"vh\">%s row </span><small>", kinds[c->kind].word);
	if (c->moved && c->old_cells && c->new_cells) {
		vv_buf_printf(&w->buf, "%s \u2192 ", vv_text_count(c->old_row + 1));
	}
	vv_buf_printf(&w->buf, "%s</small></th>",
		      vv_text_count((c->new_cells ? c->new_row : c->old_row) + 1));
}

static vv_status html_row(vv_diff_writer *base, const vv_row_change *c, vv_error *err)
{
	html_writer *w = self(base);
	if (++w->told > w->opts.limit && w->opts.limit > 0) return VV_OK;
	put_row_head(w, c);
	if (!w->cards) {
		for (size_t i = 0; i < vv_column_pairs_count(&w->table); i++) {
			put_cell(w, i, c);
		}
	} else if (c->kind == VV_ROW_CHANGED) {
		put_changed_card(w, c);
	} else {
		put_whole_card(w, c);
	}
	vv_buf_puts(&w->buf, "</tr>\n");
	return flush(w, FLUSH_AT, err);
}

/* --- around the rows ------------------------------------------------------------- */

/* SHA-256 of the text in base64, as a policy names it. */
static vv_status put_digest(html_writer *w, const char *text, size_t len, vv_error *err)
{
	uint8_t digest[VV_SHA256_LEN];
	vv_status rc = vv_sha256(digest, text, len, err);
	if (rc < 0) return rc;
	vv_buf_puts(&w->buf, "'sha256-");
	vv_base64_put(&w->buf, digest, sizeof(digest), true);
	vv_buf_putc(&w->buf, '\'');
	return VV_OK;
}

/* Which versions these are, so that the page can be understood without the repository. */
static void put_versions(html_writer *w)
{
	const char *const sides[] = {w->opts.old_side, w->opts.new_side};
	for (size_t i = 0; sides[0] && sides[1] && i < 2; i++) {
		vv_buf_printf(&w->buf, "%s<span>%s</span> ",
			      i == 0 ? "<p class=\"versions\">" : "<br>", i == 0 ? "old" : "new");
		put_names(w, sides[i]);
		vv_buf_puts(&w->buf, i == 1 ? "</p>\n" : "");
	}
}

static vv_status html_begin(vv_diff_writer *base, vv_error *err)
{
	html_writer *w = self(base);
	const char *title = w->opts.title && w->opts.title[0] ? w->opts.title : "Changes in tables";
	vv_status rc;
	vv_buf_puts(
		&w->buf,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src ");
	if ((rc = put_digest(w, html_page_style, html_page_style_len, err)) < 0) return rc;
	vv_buf_puts(&w->buf, "; script-src ");
	if ((rc = put_digest(w, html_page_script, html_page_script_len, err)) < 0) return rc;
	vv_buf_puts(
		&w->buf,
		"; base-uri 'none'; form-action 'none'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"generator\" content=\"varve\">\n<title>");
	put_names(w, title);
	vv_buf_puts(&w->buf, "</title>\n<style>");
	vv_buf_put(&w->buf, html_page_style, html_page_style_len);
	vv_buf_puts(
		&w->buf,
		"</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#tables\">Skip to the changes</a>\n"
		"<header class=\"top\">\n<h1><small>varve diff</small> ");
	put_names(w, title);
	vv_buf_puts(&w->buf, "</h1>\n");
	put_versions(w);
	vv_buf_put(&w->buf, html_page_controls, html_page_controls_len);
	vv_buf_puts(&w->buf, "</header>\n<main id=\"tables\">\n");
	return flush(w, FLUSH_AT, err);
}

static void put_fact(html_writer *w, bool *open, const char *label, const char *text, size_t len)
{
	vv_buf_puts(&w->buf, *open ? "<li>" : "<ul class=\"facts\">\n<li>");
	vv_buf_puts(&w->buf, label);
	put_name(w, text, len);
	vv_buf_puts(&w->buf, "</li>\n");
	*open = true;
}

static void put_key_names(vv_buf *b, const vv_table *t)
{
	for (size_t i = 0; i < t->root.key_count; i++) {
		vv_buf_printf(b, "%s%s", i > 0 ? ", " : "", t->root.key[i]);
	}
	vv_buf_puts(b, t->root.key_count == 0 ? "none" : "");
}

/* What is to be said of the table as a whole. */
static void put_facts(html_writer *w)
{
	const vv_diff_table *t = &w->table;
	vv_auto(vv_buf) line = VV_BUF_INIT;
	bool open = false;
	if (t->old_path) {
		put_fact(w, &open, "Renamed from ", t->old_path, strlen(t->old_path));
	}
	for (size_t i = 0; t->columns && i < t->columns->count; i++) {
		w->buf.failed = w->buf.failed || line.failed;
		vv_buf_reset(&line);
		vv_column_describe(&line, t, i);
		if (line.len > 0) {
			put_fact(w, &open, "Column ", line.data, line.len);
		}
	}
	if (t->columns && t->columns->key_changed) {
		w->buf.failed = w->buf.failed || line.failed;
		vv_buf_reset(&line);
		put_key_names(&line, t->a);
		vv_buf_puts(&line, " \u2192 ");
		put_key_names(&line, t->b);
		put_fact(w, &open, "Key ", vv_buf_cstr(&line), line.len);
	}
	if (t->form_change) {
		put_fact(w, &open, "Form ", t->form_change, strlen(t->form_change));
	}
	if (t->text_to_table) {
		put_fact(w, &open, "One side is text, the other a table of varve.", "", 0);
	}
	if (t->partial) {
		put_fact(w, &open,
			 "This difference was made with options that leave some changes out.", "",
			 0);
	}
	vv_buf_puts(&w->buf, open ? "</ul>\n" : "");
	w->buf.failed = w->buf.failed || line.failed;
}

static void put_column_head(html_writer *w, size_t pair)
{
	const vv_diff_table *t = &w->table;
	vv_column_pair p = vv_column_pairs_get(t, pair);
	const vv_field *f = vv_column_pairs_field(t, pair);
	bool key = vv_column_pairs_is_key(t, pair), number = is_number(f);
	const char *change = !t->columns ? "" : p.a < 0 ? "added" : p.b < 0 ? "dropped" : "";
	vv_buf_puts(&w->buf, "<th scope=\"col\"");
	if (key || number || change[0]) {
		vv_buf_printf(&w->buf, " class=\"%s%s%s\"", key ? "k " : "", number ? "n " : "",
			      change);
	}
	vv_buf_printf(&w->buf, " title=\"%s\"", vv_type_name(f->type));
	put_label(w, pair);
	put_name(w, f->name, f->name_len);
	if (p.a >= 0 && p.b >= 0 && p.renamed) {
		const vv_field *old = &t->a->schema.fields[p.a];
		vv_buf_puts(&w->buf, "<small>was ");
		put_name(w, old->name, old->name_len);
		vv_buf_puts(&w->buf, "</small>");
	} else if (key || change[0]) {
		vv_buf_printf(&w->buf, "<small>%s</small>", key ? "key" : change);
	}
	vv_buf_puts(&w->buf, "</th>");
}

static vv_status html_begin_table(vv_diff_writer *base, const vv_diff_table *t, vv_error *err)
{
	html_writer *w = self(base);
	w->table = *t;
	w->told = 0;
	w->tables++;
	w->cards = vv_column_pairs_count(t) > GRID_MAX;
	vv_buf_printf(
		&w->buf,
		"<section class=\"t\" id=\"t%zu\" aria-labelledby=\"h%zu\">\n<h2 id=\"h%zu\">",
		w->tables, w->tables, w->tables);
	put_names(w, t->path);
	vv_buf_puts(&w->buf, !t->a ? " (new)" : !t->b ? " (removed)" : "");
	vv_buf_puts(&w->buf, "</h2>\n");
	if (t->a && t->b && t->old_name && t->new_name) {
		vv_buf_puts(&w->buf, "<p class=\"sides\">");
		put_names(w, t->old_name);
		vv_buf_puts(&w->buf, " \u2192 ");
		put_names(w, t->new_name);
		vv_buf_puts(&w->buf, "</p>\n");
	}
	put_facts(w);
	vv_buf_puts(&w->buf,
		    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Rows of ");
	put_names(w, t->path);
	vv_buf_printf(&w->buf, "\">\n<table class=\"%s\">\n<thead><tr><th scope=\"col\">Row</th>",
		      w->cards ? "cards" : "grid");
	for (size_t i = 0; i < vv_column_pairs_count(t); i++) {
		put_column_head(w, i);
	}
	vv_buf_puts(&w->buf, "</tr></thead>\n<tbody>\n");
	return flush(w, FLUSH_AT, err);
}

static void put_count(html_writer *w, uint64_t n, char kind, const char *sign, const char *one,
		      const char *many)
{
	if (n > 0) {
		vv_buf_printf(
			&w->buf,
			"<li><span class=\"sign %c\" aria-hidden=\"true\">%s</span> <b>%s</b> %s</li>\n",
			kind, sign, vv_text_count(n), n == 1 ? one : many);
	}
}

static vv_status html_end_table(vv_diff_writer *base, const vv_rowdiff_stats *s, vv_error *err)
{
	html_writer *w = self(base);
	const vv_diff_table *t = &w->table;
	uint64_t all = t->a && t->b ? w->told : s->added + s->removed;
	vv_buf_puts(&w->buf, "</tbody>\n</table>\n</div>\n");
	if (w->opts.limit > 0 && all > w->opts.limit) {
		vv_buf_printf(&w->buf, "<p class=\"note\">%s %s left out.</p>\n",
			      vv_text_counted(all - w->opts.limit, "more row", NULL),
			      all - w->opts.limit == 1 ? "is" : "are");
	}
	vv_buf_puts(&w->buf, "<ul class=\"sum\">\n");
	put_count(w, s->added, 'a', "+", "row added", "rows added");
	put_count(w, s->removed, 'r', "\u2212", "row removed", "rows removed");
	put_count(w, s->changed, 'c', "~", "row changed", "rows changed");
	put_count(w, s->cells_changed, 'c', "~", "cell changed", "cells changed");
	put_count(w, s->rekeyed, 'c', "~", "key changed", "keys changed");
	put_count(w, s->formatted_rows, 'c', "~", "row only written differently",
		  "rows only written differently");
	put_count(w, s->moved, 'm', ":", "row moved", "rows moved");
	vv_buf_puts(&w->buf, w->told == 0 && s->added + s->removed == 0
				     ? "<li>No row differs</li>\n</ul>\n</section>\n"
				     : "</ul>\n</section>\n");
	return flush(w, 0, err);
}

static vv_status html_end(vv_diff_writer *base, vv_error *err)
{
	html_writer *w = self(base);
	vv_buf_puts(&w->buf, w->tables == 0 ? "<p>No table differs.</p>\n" : "");
	vv_buf_puts(&w->buf, "</main>\n<script>");
	vv_buf_put(&w->buf, html_page_script, html_page_script_len);
	vv_buf_puts(&w->buf, "</script>\n</body>\n</html>\n");
	return flush(w, 0, err);
}

static void html_close(vv_diff_writer *base)
{
	html_writer *w = self(base);
	if (w) {
		vv_buf_clear(&w->buf);
		vv_buf_clear(&w->text);
	}
	vv_free(w);
}

static vv_status html_open(vv_diff_writer **out, const vv_diff_writer_options *opts, vv_error *err)
{
	html_writer *w = vv_calloc(1, sizeof(*w));
	if (!w) {
		*out = NULL;
		return vv_fail_nomem(err);
	}
	w->base = (vv_diff_writer){html_begin, html_begin_table, html_row, html_end_table,
				   html_end,   html_close,       false};
	w->opts = *opts;
	*out = &w->base;
	return VV_OK;
}

const vv_diff_writer_kind vv_diff_writer_html = {"html", html_open};
