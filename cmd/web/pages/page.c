/*
 * page: writes links, moments, changes and values, the same on all pages.
 */
#include "cmd/web/pages/page.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/show.h"
#include "cmd/web/model/missing.h"
#include "cmd/web/pages/parts.h"
#include "repo/git/program.h"
#include "transport/server/words.h"

#define LEAD 60u /* bytes shown of what two long values have in common */
#define COMPACT "0123456789.,:+-/%()eETZ "
#define CELLS_MAX 2600u /* of a page */
#define ROWS_MIN 40u
#define CHARACTER 4u    /* bytes at most */
#define COMPACT_MAX 40u /* bytes of a value that is not broken into lines */
typedef struct vv_page_piece {
	vv_html html;
	struct vv_page_piece *before;
} vv_page_piece;

void vv_page_init(vv_page *p, const vv_web_asked *asked, const vv_page_place *place)
{
	*p = (vv_page){
		.asked = asked, .at = asked->address, .place = place, .arena = VV_ARENA_INIT};
}

void vv_page_clear(vv_page *p)
{
	for (vv_page_piece *i = p->pieces; i; i = i->before) {
		vv_html_clear(&i->html);
	}
	vv_html_clear(&p->html);
	vv_arena_clear(&p->arena);
}

bool vv_page_is_served(const vv_page *p)
{
	return !(p->place && p->place->link);
}

vv_html *vv_page_piece_new(vv_page *p)
{
	vv_page_piece *made = vv_arena_calloc(&p->arena, 1, sizeof(*made));

	if (!made) {
		p->failed = true;
		return &p->html; /* the page is lost anyway */
	}
	made->before = p->pieces;
	p->pieces = made;
	return &made->html;
}

bool vv_page_finds_sql(const vv_page *p, char **program)
{
	*program = NULL;
	return p->asked->owner && p->asked->visit &&
	       vv_program_find_own(program, vv_repository_env(p->asked->visit->repo), "varve-sql",
				   VV_IGNORED) == VV_OK;
}

const char *vv_page_text(vv_page *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	const char *t = vv_arena_vprintf(&p->arena, fmt, ap);
	va_end(ap);
	p->failed = p->failed || !t;
	return t ? t : "";
}

const char *vv_page_sentence(vv_page *p, const char *said)
{
	size_t word = strspn(said, "abcdefghijklmnopqrstuvwxyz");
	bool plain = word > 0 && (said[word] == ' ' || said[word] == ',') &&
		     !(word == 5 && memcmp(said, "varve", 5) == 0);

	return plain ? vv_page_text(p, "%c%s", said[0] - 'a' + 'A', said + 1)
		     : vv_page_keep(p, said);
}

const char *vv_page_gap_hint(vv_page *p, vv_gap gap)
{
	return gap == VV_GAP_EXPIRED ? NULL
				     : vv_page_sentence(p, vv_web_missing_older(p->asked->visit));
}

void vv_page_put_gap(vv_page *p, vv_gap gap, const char *versions)
{
	part_note(&p->html,
		  .text = vv_page_text(p,
				       gap == VV_GAP_EXPIRED ? "The rows of %s have expired."
							     : "The data of %s is missing.",
				       versions),
		  .hint = vv_page_gap_hint(p, gap));
}

/* ---- links */

const char *vv_page_link(vv_page *p, const vv_web_address *to)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (vv_page_is_served(p)) {
		vv_web_address_put(&b, to);
	} else if (!p->place->link(p->place->payload, &b, to)) {
		return NULL;
	}
	p->failed = p->failed || b.failed;
	return vv_page_keep(p, vv_buf_cstr(&b));
}

const char *vv_page_to(vv_page *p, vv_web_place place, const char *rev, const char *path)
{
	const vv_web_address to = {.base = p->at->base,
				   .place = place == VV_WEB_AT_TABLE && !path ? VV_WEB_AT_TREE
									      : place,
				   .rev = rev,
				   .path = path};

	return vv_page_link(p, &to);
}

const char *vv_page_to_compare(vv_page *p, const vv_web_commit *a, const vv_web_commit *b,
			       const char *path)
{
	const vv_web_address to = {.base = p->at->base,
				   .place = VV_WEB_AT_COMPARE,
				   .other_rev = a->hex,
				   .rev = b->hex,
				   .path = path};

	return a->none || b->none ? NULL : vv_page_link(p, &to);
}

const char *vv_page_to_commit(vv_page *p, const vv_web_commit *before, const vv_web_commit *c,
			      const char *path)
{
	return before->none ? vv_page_to(p, VV_WEB_AT_TABLE, c->hex, path)
			    : vv_page_to_compare(p, before, c, path);
}

const char *vv_page_to_row(vv_page *p, const vv_web_commit *c, const char *path, const char *key,
			   uint64_t number)
{
	const vv_web_address to = {.base = p->at->base,
				   .place = VV_WEB_AT_ROW,
				   .rev = c->hex,
				   .path = path,
				   .key = key,
				   .has_row = !key,
				   .row = number};

	return vv_page_link(p, &to);
}

const char *vv_page_to_column(vv_page *p, const vv_web_commit *c, const char *path,
			      const char *name)
{
	const vv_web_address to = {.base = p->at->base,
				   .place = VV_WEB_AT_COLUMNS,
				   .rev = c->hex,
				   .path = path,
				   .name = name};

	return vv_page_link(p, &to);
}

void vv_page_put_from(vv_page *p, const vv_web_address *list, uint64_t from, const char *text,
		      const char *rel)
{
	vv_web_address to = *list;

	to.rows.from = to.compare.from = from;
	to.rows.jump = NULL;
	part_button(&p->html, .at = vv_page_link(p, &to), .text = text, .rel = rel);
}

void vv_page_older(vv_page *p, const vv_web_address *to)
{
	const char *older = vv_page_link(p, to);

	if (older) {
		part_pager_begin(&p->html, .words = NULL);
		part_button(&p->html, .at = older, .text = "Older", .rel = "next");
		part_pager_end(&p->html);
	}
}

const char *vv_page_to_raw(vv_page *p, const vv_web_commit *c, const char *path)
{
	const char *file = NULL;

	/* of a document's table the document */
	(void)vv_web_file_of(p->asked->visit, &c->id, path, &file, VV_IGNORED);
	return vv_page_to(p, VV_WEB_AT_RAW, c->hex, file ? file : path);
}

/* ---- words */

/* By the author's clock, in a format of strftime() that begins with a day, whose blank in front is left out. */
#define LOCAL(p, c, format)                                                                        \
	unpad_time(p, vv_text_time((c)->time + (int64_t)(c)->offset_min * 60, format))

static const char *unpad_time(vv_page *p, const char *time)
{
	return vv_page_keep(p, time + (*time == ' '));
}

const char *vv_page_subject(const vv_web_commit *c)
{
	return *c->subject ? c->subject : "(no message)";
}

const char *vv_page_day(vv_page *p, const vv_web_commit *c)
{
	if (c->work) return "now";
	return c->none ? "" : LOCAL(p, c, "%e %b %Y");
}

const char *vv_page_moment(vv_page *p, const vv_web_commit *c)
{
	return c->work || c->none ? vv_page_day(p, c) : LOCAL(p, c, "%e %b %Y, %H:%M");
}

const char *vv_page_iso(vv_page *p, const vv_web_commit *c)
{
	return c->none ? "" : vv_page_keep(p, vv_text_zoned(c->time, c->offset_min));
}

/* The bytes of a word that is a sign and a number: "+35", "-1,204"; 0 of another. */
static size_t signed_number(const char *s)
{
	size_t n = strspn(s + 1, "0123456789,");

	return (*s == '+' || *s == '-' || *s == '~') && s[1] >= '0' && s[1] <= '9' ? n + 1 : 0;
}

void vv_page_put_change_words(vv_page *p, vv_html *h, const char *words)
{
	while (*words) {
		size_t n = signed_number(words), plain = 0;
		if (n > 0) {
			size_t digits = words[n - 1] == ',' ? n - 2 : n - 1;
			const char *t = vv_page_text(p, "%s%.*s",
						     *words == '-'   ? "\u2212"
						     : *words == '+' ? "+"
								     : "~",
						     (int)digits, words + 1);
			n = digits + 1;
			if (digits == 1 && words[1] == '0') {
				part_words(h, .text = t);
			} else if (*words == '+') {
				part_number_added(h, .text = t);
			} else if (*words == '-') {
				part_number_removed(h, .text = t);
			} else {
				part_number_changed(h, .text = t);
			}
			words += n;
		}
		/* up to the next word that begins with a sign */
		while (words[plain] && !(plain > 0 && words[plain - 1] == ' ' &&
					 signed_number(words + plain) > 0)) {
			plain++;
		}
		part_words(h, .text = vv_page_text(p, "%.*s", (int)plain, words));
		words += plain;
	}
}

vv_html *vv_page_change_words(vv_page *p, const char *words)
{
	vv_html *h = vv_page_piece_new(p);

	vv_page_put_change_words(p, h, words);
	return h;
}

const vv_page_kind vv_page_kinds[4] = {[VV_ROW_ADDED] = {"+", "a", "Added"},
				       [VV_ROW_REMOVED] = {"\u2212", "r", "Removed"},
				       [VV_ROW_CHANGED] = {"~", "c", "Changed"},
				       [VV_ROW_MOVED] = {":", "m", "Moved"}};

/* ---- files of the version */

const vv_web_table *vv_page_read_text(vv_page *p, const char *path)
{
	vv_web_table *t;
	bool there = false;

	return vv_web_has(p->asked->visit, &p->asked->commit, path, &there, VV_IGNORED) == VV_OK &&
			       there &&
			       vv_web_table_open(p->asked->visit, &p->asked->commit, path, &t,
						 VV_IGNORED) == VV_OK &&
			       t->kind == VV_WEB_TEXT
		       ? t
		       : NULL;
}

const vv_json *vv_page_package(vv_page *p)
{
	const vv_web_table *file = vv_page_read_text(p, "datapackage.json");
	vv_json *root = NULL;

	return file && vv_json_read(&root, &p->arena, file->text, file->text_len, file->path,
				    VV_IGNORED) == VV_OK
		       ? root
		       : NULL;
}

/* ---- values */

bool vv_page_is_compact(const vv_web_cell *c)
{
	return c->len <= COMPACT_MAX &&
	       !vv_array_find(c->text, c->len, other,
			      !memchr(COMPACT, *other, sizeof(COMPACT) - 1));
}

static void put_cut(vv_page *p, vv_html *h, uint64_t bytes, const char *where)
{
	part_value_cut(
		h, .words = vv_page_text(p, "%s %s", vv_text_counted(bytes, "byte", NULL), where));
}

/* Puts the word for a missing value; false: the cell has a value. */
static bool put_state(vv_html *h, const vv_web_cell *c)
{
	static const char *const words[] = {[VV_WEB_EMPTY] = "empty",
					    [VV_WEB_MISSING] = "missing",
					    [VV_WEB_NULL] = "null",
					    [VV_WEB_ABSENT] = "absent"};

	if (c->kind == VV_WEB_VALUE) return false;
	if (c->kind == VV_WEB_MISSING && c->len > 0) {
		part_value_missing(h, .text = vv_html_bytes(c->text, c->len));
	} else {
		part_value_state(h, .word = words[c->kind], .kind = words[c->kind]);
	}
	return true;
}

/* The number of characters of a value of blanks only, which would be invisible; otherwise 0. */
static size_t blanks_of(const vv_web_cell *c)
{
	size_t count = 0;

	for (size_t i = 0; i < c->len; count++) {
		uint32_t cp;
		size_t n = vv_utf8_decode(&cp, c->text + i, c->len - i);
		if (n == 0 || !(cp == ' ' || cp == 0xa0 || cp == 0x1680 || cp == 0x202f ||
				cp == 0x205f || cp == 0x3000 || (cp >= 0x2000 && cp <= 0x200d))) {
			return 0;
		}
		i += n;
	}
	return c->len == c->whole ? count : 0;
}

void vv_page_put_value(vv_page *p, vv_html *h, const vv_web_cell *c)
{
	size_t blanks;

	if (put_state(h, c)) return;
	if ((blanks = blanks_of(c)) > 0) {
		part_value_state(h, .word = vv_page_counted(p, blanks, "blank", NULL),
				 .kind = "blank");
		return;
	}
	part_value(h, .text = vv_html_bytes(c->text, c->len));
	if (c->whole > c->len) {
		put_cut(p, h, c->whole - c->len, "more");
	}
}

vv_html *vv_page_value(vv_page *p, const vv_web_cell *c)
{
	vv_html *h = vv_page_piece_new(p);

	vv_page_put_value(p, h, c);
	return h;
}

size_t vv_page_rows_at_once(size_t columns)
{
	size_t rows = CELLS_MAX / (columns == 0                ? 1
				   : columns < VV_PAGE_COLUMNS ? columns
							       : VV_PAGE_COLUMNS);

	if (rows < ROWS_MIN) return ROWS_MIN;
	return rows > VV_WEB_PAGE_ROWS ? VV_WEB_PAGE_ROWS : rows;
}

void vv_page_put_lines(vv_page *p, const char *text, size_t len)
{
	part_lines_begin(&p->html);
	for (size_t i = 0; i < len;) {
		const char *end = memchr(text + i, '\n', len - i);
		size_t n = end ? (size_t)(end - text) - i : len - i;
		size_t shown = n > 0 && text[i + n - 1] == '\r' ? n - 1 : n;

		part_line(&p->html, .text = vv_html_bytes(text + i, shown));
		i += n + 1;
	}
	part_lines_end(&p->html);
}

/* One of two values; differing parts are marked if they share any. */
static void put_side(vv_page *p, vv_html *h, const vv_web_cell *c)
{
	size_t from = c->before > c->skipped ? c->before - c->skipped : 0;
	size_t to = c->whole - c->after - c->skipped, skip = from > 4 * LEAD ? from - LEAD : 0;

	if (put_state(h, c)) return;
	from = from < c->len ? from : c->len;
	to = to < from ? from : to < c->len ? to : c->len;
	while (skip > 0 && ((unsigned char)c->text[skip] & 0xc0) == 0x80) {
		skip--;
	}
	if (c->skipped + skip > 0) {
		put_cut(p, h, c->skipped + skip, "before");
	}
	part_value(h, .text = vv_html_bytes(c->text + skip, from - skip));
	if (to > from) {
		vv_html_text middle = vv_html_bytes(c->text + from, to - from);
		if (c->before + c->after > 0) {
			part_marked(h, .text = middle);
		} else {
			part_value(h, .text = middle);
		}
	}
	part_value(h, .text = vv_html_bytes(c->text + to, c->len - to));
	if (c->whole > c->skipped + c->len) {
		put_cut(p, h, c->whole - c->skipped - c->len, "more");
	}
}

/* The first differing character of two values; 0: none, or bytes that are not UTF-8. */
static uint32_t first_other(const vv_web_cell *c)
{
	size_t at = c->before > c->skipped ? c->before - c->skipped : 0;
	uint32_t cp = 0;

	return at < c->len && vv_utf8_decode(&cp, c->text + at, c->len - at) > 0 ? cp : 0;
}

/* One character in place of another, not both of ASCII, may look the same: names them. */
static void put_characters(vv_page *p, vv_html *h, const vv_web_cell *x, const vv_web_cell *y)
{
	const uint32_t from = first_other(x), to = first_other(y);

	if (x->kind != VV_WEB_VALUE || y->kind != VV_WEB_VALUE || !from || !to || from == to ||
	    (from < 0x80 && to < 0x80) || x->whole - x->before - x->after > CHARACTER ||
	    y->whole - y->before - y->after > CHARACTER) {
		return;
	}
	part_characters(h, .words = vv_page_text(p, "U+%04X \u2192 U+%04X", from, to));
}

void vv_page_put_old_new(vv_page *p, vv_html *h, const vv_web_cell *x, const vv_web_cell *y,
			 vv_cell_change change)
{
	if (x) {
		part_old_begin(h);
		put_side(p, h, x);
		part_old_end(h);
	}
	if (x && y) {
		part_arrow(h);
	}
	if (y) {
		part_new_begin(h);
		put_side(p, h, y);
		part_new_end(h);
	}
	if (x && y) {
		put_characters(p, h, x, y);
	}
	if (change == VV_CELL_FORMAT) {
		part_same_value(h);
	} else if (x && y && x->kind == y->kind && x->len == y->len &&
		   memcmp(x->text, y->text, x->len) == 0 &&
		   (x->whole > x->len || y->whole > y->len)) {
		part_differs_later(h);
	}
}
