/*
 * dialect_describe: a dialect in words.
 */
#include "dataset/format/dialect.h"

#include <string.h>

#include "base/text.h"

/* Appends a phrase, with ", " before all but the first. */
static void say(vv_buf *b, size_t start, const char *phrase)
{
	if (b->len > start) {
		vv_buf_puts(b, ", ");
	}
	vv_buf_puts(b, phrase);
}

static void put_character(vv_buf *b, uint8_t c)
{
	char ch = (char)c;

	if (c == 0) {
		vv_buf_puts(b, "none");
	} else if (c == '\t') {
		vv_buf_puts(b, "tab");
	} else {
		vv_buf_printf(b, "'%s'", vv_text_show(&ch, 1));
	}
}

static void put_form(vv_buf *b, const vv_dialect *d)
{
	if (d->form != VV_FORM_CSV) {
		vv_buf_puts(b, d->form == VV_FORM_NDJSON ? "NDJSON" : "JSON array");
		return;
	}
	switch (d->delimiter) {
	case ',':
		vv_buf_puts(b, "comma-separated");
		break;
	case '\t':
		vv_buf_puts(b, "tab-separated");
		break;
	case ';':
		vv_buf_puts(b, "semicolon-separated");
		break;
	case '|':
		vv_buf_puts(b, "pipe-separated");
		break;
	case VV_NO_DELIMITER:
		vv_buf_puts(b, "one cell a line");
		break;
	default:
		vv_buf_puts(b, "separated by ");
		put_character(b, d->delimiter);
		break;
	}
}

static const char *newline_name(const vv_dialect *d)
{
	return d->newline == VV_CRLF ? "CRLF" : d->newline == VV_CR ? "CR" : "LF";
}

/* How many columns have another habit than minimal. */
static size_t quoted_columns(const vv_dialect *d)
{
	size_t count = 0;

	for (size_t i = 0; i < d->quoting_count; i++) {
		count += d->quoting[i] != VV_QUOTE_MINIMAL;
	}
	return count;
}

static void describe_csv(vv_buf *b, const vv_dialect *d, size_t start)
{
	size_t quoted = quoted_columns(d);

	say(b, start, d->header ? "header" : "no header");
	if (d->quote != '"') {
		say(b, start, "quote ");
		put_character(b, d->quote);
	}
	if (d->escape != 0) {
		say(b, start, "escape ");
		put_character(b, d->escape);
	}
	if (quoted > 0) {
		say(b, start, "quotes kept in ");
		vv_buf_printf(b, "%s column%s", vv_text_count(quoted), quoted == 1 ? "" : "s");
	}
}

void vv_dialect_describe(vv_buf *b, const vv_dialect *d)
{
	size_t start = b->len;

	put_form(b, d);
	if (d->bom) {
		say(b, start, "BOM");
	}
	if (d->form != VV_FORM_JSON && d->newline != VV_LF) {
		say(b, start, newline_name(d));
	}
	if (d->form == VV_FORM_CSV) {
		describe_csv(b, d, start);
	} else if (d->ascii) {
		say(b, start, "ASCII only");
	}
	if (d->form != VV_FORM_JSON && !d->final_newline) {
		say(b, start, "no final newline");
	}
}

static void say_character(vv_buf *b, size_t start, const char *what, uint8_t from, uint8_t to)
{
	if (from == to) {
		return;
	}
	say(b, start, what);
	put_character(b, from);
	vv_buf_puts(b, " -> ");
	put_character(b, to);
}

static void say_flag(vv_buf *b, size_t start, bool from, bool to, const char *added,
		     const char *removed)
{
	if (from != to) {
		say(b, start, to ? added : removed);
	}
}

static bool same_bytes(const vv_bytes *a, const vv_bytes *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static void change_csv(vv_buf *b, const vv_dialect *from, const vv_dialect *to, size_t start)
{
	size_t count = from->quoting_count > to->quoting_count ? from->quoting_count
							       : to->quoting_count;
	size_t changed = 0;

	for (size_t i = 0; i < count; i++) {
		unsigned a = i < from->quoting_count ? from->quoting[i] : VV_QUOTE_MINIMAL;
		unsigned c = i < to->quoting_count ? to->quoting[i] : VV_QUOTE_MINIMAL;

		changed += a != c;
	}
	say_character(b, start, "delimiter ", from->delimiter, to->delimiter);
	say_character(b, start, "quote ", from->quote, to->quote);
	say_character(b, start, "escape ", from->escape, to->escape);
	say_flag(b, start, from->header, to->header, "header line added", "header line removed");
	if (from->header && to->header && !same_bytes(&from->prologue, &to->prologue)) {
		say(b, start, "header line written differently");
	}
	if (changed > 0) {
		say(b, start, "quoting of ");
		vv_buf_printf(b, "%s column%s", vv_text_count(changed), changed == 1 ? "" : "s");
	}
}

static void change_json(vv_buf *b, const vv_dialect *from, const vv_dialect *to, size_t start)
{
	say_flag(b, start, from->ascii, to->ascii, "non-ASCII text escaped",
		 "non-ASCII text no longer escaped");
	if (!same_bytes(&from->open, &to->open) || !same_bytes(&from->colon, &to->colon) ||
	    !same_bytes(&from->comma, &to->comma) || !same_bytes(&from->close, &to->close) ||
	    (from->form == VV_FORM_JSON && (!same_bytes(&from->prologue, &to->prologue) ||
					    !same_bytes(&from->row_end, &to->row_end) ||
					    !same_bytes(&from->epilogue, &to->epilogue)))) {
		say(b, start, "white space");
	}
}

void vv_dialect_describe_change(vv_buf *b, const vv_dialect *from, const vv_dialect *to)
{
	size_t start = b->len;
	bool lines = from->form != VV_FORM_JSON && to->form != VV_FORM_JSON;

	if (from->form != to->form) {
		put_form(b, from);
		vv_buf_puts(b, " -> ");
		put_form(b, to);
	}
	if (lines && from->newline != to->newline) {
		say(b, start, newline_name(from));
		vv_buf_printf(b, " -> %s", newline_name(to));
	}
	say_flag(b, start, from->bom, to->bom, "BOM added", "BOM removed");
	if (lines) {
		say_flag(b, start, from->final_newline, to->final_newline, "final newline added",
			 "final newline removed");
	}
	if (from->form != to->form) {
		return;
	}
	if (from->form == VV_FORM_CSV) {
		change_csv(b, from, to, start);
	} else {
		change_json(b, from, to, start);
	}
	if (from->form != VV_FORM_JSON && b->len == start &&
	    !same_bytes(&from->prologue, &to->prologue)) {
		say(b, start, "lines before the first row");
	}
}
