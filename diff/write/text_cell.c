/*
 * text_cell: shows values to people: quotes ambiguous ones, and cuts two long ones to the differing
 * part.
 */
#include "diff/write/text_cell.h"

#include <string.h>

#include "base/text.h"
#include "diff/rows/columns.h"
#include "diff/write/change_words.h"

/* More columns than this that only moved are reported in one line. */
#define MOVED_MAX 5u

/* Columns shown before the first difference of two long values. */
#define LEAD 12u

static bool is_word(const vv_cell *c, const char *word)
{
	return c->len == strlen(word) && memcmp(c->text, word, c->len) == 0;
}

static bool needs_quotes(const vv_cell *c)
{
	return c->len == 0 || c->text[0] == ' ' || c->text[c->len - 1] == ' ' ||
	       c->text[0] == '"' || is_word(c, "null") || is_word(c, "absent");
}

void vv_text_cell_put(vv_buf *out, const vv_cell *c, bool exact)
{
	if (c->state == VV_CELL_ABSENT || c->state == VV_CELL_NULL) {
		const char *word = "";

		if (c->state == VV_CELL_NULL) {
			word = "null";
		} else if (exact) {
			word = "absent";
		}
		vv_buf_puts(out, word);
		return;
	}
	bool quotes = exact && c->state == VV_CELL_TEXT && needs_quotes(c);
	vv_buf_puts(out, quotes ? "\"" : "");
	if (c->len > 0) {
		vv_text_put_escaped(out, c->text, c->len);
	}
	vv_buf_puts(out, quotes ? "\"" : "");
}

size_t vv_text_cell_width(const char *s)
{
	return vv_text_words_width(s, strlen(s));
}

/* Bytes of the common beginning, whole characters. */
static size_t common_start(const char *x, const char *y)
{
	size_t n = 0;
	while (x[n] && x[n] == y[n]) {
		n++;
	}
	while (n > 0 && ((unsigned char)x[n] & 0xc0) == 0x80) {
		n--;
	}
	return n;
}

/* Where to begin so that about LEAD characters of the common part stay. */
static size_t lead_start(const char *x, size_t same)
{
	size_t at = same, seen = 0;
	while (at > 0 && seen < LEAD) {
		at--;
		seen += ((unsigned char)x[at] & 0xc0) != 0x80;
	}
	return at;
}

void vv_text_cell_fit(vv_buf *out, const char *s, size_t width)
{
	size_t used = 0;
	if (vv_text_cell_width(s) <= width) {
		vv_buf_puts(out, s);
		return;
	}
	for (size_t i = 0; s[i];) {
		uint32_t cp;
		size_t n = vv_utf8_decode(&cp, s + i, strnlen(s + i, 4));
		n = n ? n : 1;
		size_t w = s[i] == '\\' ? 1 : vv_text_width(s + i, n);
		if (used + w + (s[i + n] ? 1 : 0) > width) {
			vv_buf_puts(out, width > 0 ? "\u2026" : "");
			return;
		}
		vv_buf_put(out, s + i, n);
		used += w;
		i += n;
	}
}

void vv_text_cell_window(vv_buf *a, vv_buf *b, const char *x, const char *y, size_t width)
{
	size_t wx = vv_text_cell_width(x), wy = vv_text_cell_width(y);
	if (width == 0 || (wx <= width && wy <= width)) {
		vv_buf_puts(a, x);
		vv_buf_puts(b, y);
		return;
	}
	size_t from = lead_start(x, common_start(x, y));
	if (from > 0) {
		vv_buf_puts(a, "\u2026");
		vv_buf_puts(b, "\u2026");
		width -= width > 1 ? 1 : 0;
	}
	vv_text_cell_fit(a, x + from, width);
	vv_text_cell_fit(b, y + from, width);
}

static bool only_moved(const vv_column_pair *p)
{
	return p->a >= 0 && p->b >= 0 && p->moved && !p->renamed && !p->retyped &&
	       !p->reconstrained;
}

void vv_text_column_put(vv_buf *out, const vv_diff_table *t, size_t pair)
{
	vv_auto(vv_buf) line = VV_BUF_FOR(out);
	size_t count = 0, first = pair;
	for (size_t i = 0; i < t->columns->count; i++) {
		if (only_moved(&t->columns->pairs[i])) {
			first = count++ == 0 ? i : first;
		}
	}
	if (count <= MOVED_MAX || !only_moved(&t->columns->pairs[pair])) {
		vv_column_describe(&line, t, pair);
		vv_text_put_escaped(out, vv_buf_cstr(&line), line.len);
	} else if (pair == first) {
		vv_buf_printf(out, "moved %s columns: their order changed", vv_text_count(count));
	}
}
