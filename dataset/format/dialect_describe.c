/*
 * dialect_describe: a dialect in words, and a change of one.
 */
#include "dataset/format/dialect.h"

#include <string.h>

#include "base/json/json_records.h"
#include "base/show.h"
#include "base/text.h"
#include "dataset/format/form.h"

static bool same_lead(const vv_dialect *a, const vv_dialect *b)
{
	return a->lead == b->lead &&
	       (a->lead == 0 || memcmp(a->prologue.data, b->prologue.data, a->lead) == 0);
}

/* Appends a phrase, with ", " before all but the first. */
static void say_phrase(vv_buf *b, size_t start, const char *phrase)
{
	if (b->len > start) {
		vv_buf_puts(b, ", ");
	}
	vv_buf_puts(b, phrase);
}

static void put_character(vv_buf *b, uint8_t c)
{
	char ch = (char)c;

	if (c == 0 || c == VV_NO_DELIMITER) {
		vv_buf_puts(b, "none");
	} else if (c == '\t') {
		vv_buf_puts(b, "tab");
	} else {
		vv_buf_printf(b, "'%s'", vv_text_show(&ch, 1));
	}
}

static void put_form(vv_buf *b, const vv_dialect *d)
{
	static const char *const names[256] = {[','] = "comma-separated",
					       ['\t'] = "tab-separated",
					       [';'] = "semicolon-separated",
					       ['|'] = "pipe-separated",
					       [VV_NO_DELIMITER] = "one cell a line"};

	if (!vv_form_is_delimited(d->form)) {
		vv_buf_puts(b, vv_form_kind_of(d->form)->words);
		if (d->lead > 0 && vv_form_is_document(d->form)) {
			vv_buf_puts(b, " at ");
			(void)vv_json_records_path(b, d->prologue.data, d->lead);
		}
		return;
	}
	const char *name = names[d->delimiter];
	vv_buf_puts(b, name ? name : "separated by ");
	if (!name) {
		put_character(b, d->delimiter);
	}
}

static const char *newline_name(const vv_dialect *d)
{
	if (d->newline == VV_CRLF) return "CRLF";
	return d->newline == VV_CR ? "CR" : "LF";
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

	size_t lines = vv_dialect_lead_lines(d);

	if (lines > 0) {
		say_phrase(b, start,
			   vv_text_counted(lines, "line above the table", "lines above the table"));
	}
	say_phrase(b, start,
		   !d->header ? "no header"
		   : d->header_more == 0
			   ? "header"
			   : vv_text_counted(d->header_more + 1u, "", "header lines"));
	if (d->comment != 0) {
		say_phrase(b, start, "comments after ");
		put_character(b, d->comment);
	}
	if (d->spaces != VV_SPACES_KEPT) {
		say_phrase(b, start, "spaces before cells");
	}
	lines = vv_dialect_tail_lines(d);
	if (lines > 0) {
		say_phrase(b, start,
			   vv_text_counted(lines, "line below the table", "lines below the table"));
	}
	if (d->quote != '"') {
		say_phrase(b, start, "quote ");
		put_character(b, d->quote);
	}
	if (d->escape != 0) {
		say_phrase(b, start, "escape ");
		put_character(b, d->escape);
	}
	if (quoted > 0) {
		say_phrase(b, start, "quotes kept in ");
		vv_buf_printf(b, "%s column%s", vv_text_count(quoted), quoted == 1 ? "" : "s");
	}
}

void vv_dialect_describe(vv_buf *b, const vv_dialect *d)
{
	size_t start = b->len;

	put_form(b, d);
	if (d->encoding[0]) {
		say_phrase(b, start, d->encoding);
	}
	if (d->bom) {
		say_phrase(b, start, "BOM");
	}
	if (!vv_form_is_document(d->form) && d->newline != VV_LF) {
		say_phrase(b, start, newline_name(d));
	}
	if (!vv_form_is_typed(d->form)) {
		describe_csv(b, d, start);
	} else if (d->ascii) {
		say_phrase(b, start, "ASCII only");
	}
	if (!vv_form_is_document(d->form) && !d->final_newline) {
		say_phrase(b, start, "no final newline");
	}
}

static void say_character(vv_buf *b, size_t start, const char *what, uint8_t from, uint8_t to)
{
	if (from == to) return;
	say_phrase(b, start, what);
	put_character(b, from);
	vv_buf_puts(b, " -> ");
	put_character(b, to);
}

static void say_flag(vv_buf *b, size_t start, bool from, bool to, const char *added,
		     const char *removed)
{
	if (from != to) {
		say_phrase(b, start, to ? added : removed);
	}
}

static size_t without_end(const char *s, size_t len)
{
	while (len > 0 && (s[len - 1] == '\n' || s[len - 1] == '\r')) {
		len--;
	}
	return len;
}

/* A change of all line ends is described anyway. */
static bool same_header(const vv_dialect *a, const vv_dialect *b)
{
	size_t a_len, b_len;
	const char *x = vv_dialect_header(a, &a_len), *y = vv_dialect_header(b, &b_len);

	if (a->newline != b->newline) {
		a_len = without_end(x, a_len);
		b_len = without_end(y, b_len);
	}
	return a_len == b_len && memcmp(x, y, a_len) == 0;
}

/* The line that begins at this place, as it may be shown. */
static const char *first_line(vv_bytes text, size_t at)
{
	size_t end = at;

	while (end < text.len && text.data[end] != '\n' && text.data[end] != '\r') {
		end++;
	}
	return vv_text_show(text.data + at, end - at);
}

/* Describes changed lines around the rows, and the first that differs. */
static void say_lines(vv_buf *b, size_t start, const char *where, vv_bytes from, vv_bytes to)
{
	size_t at = 0;

	say_phrase(b, start, "lines ");
	vv_buf_printf(b, "%s %s", where,
		      from.len == 0 ? "added"
		      : to.len == 0 ? "removed"
				    : "changed");
	for (size_t i = 0; i < from.len && i < to.len && from.data[i] == to.data[i]; i++) {
		at = from.data[i] == '\n' ? i + 1 : at;
	}
	if (from.len > at && to.len > at) {
		vv_buf_printf(b, ": '%s' -> '%s'", first_line(from, at), first_line(to, at));
	}
}

/* Blank lines and comments? */
static bool no_rows(vv_bytes text, uint8_t comment)
{
	bool line = true; /* it begins here */

	for (size_t i = 0; i < text.len; i++) {
		const bool end = text.data[i] == '\n' || text.data[i] == '\r';

		if (line && !end && (comment == 0 || (uint8_t)text.data[i] != comment)) {
			return false;
		}
		line = end;
	}
	return true;
}

/* The header line, or the bytes between it and the first row. */
static void change_header(vv_buf *b, const vv_dialect *from, const vv_dialect *to, size_t start)
{
	size_t a_len, b_len, same = 0;
	const char *x = vv_dialect_header(from, &a_len), *y = vv_dialect_header(to, &b_len);

	for (size_t i = 0; i < a_len && i < b_len && x[i] == y[i]; i++) {
		same = x[i] == '\n' || (x[i] == '\r' && to->newline == VV_CR) ? i + 1 : same;
	}
	const vv_bytes old = {.data = from->prologue.data + from->lead + same, .len = a_len - same};
	const vv_bytes now = {.data = to->prologue.data + to->lead + same, .len = b_len - same};

	if (same > 0 && no_rows(old, from->comment) && no_rows(now, to->comment)) {
		say_lines(b, start, "below the header", old, now);
	} else {
		say_phrase(b, start, "header line with other quotes or spaces");
	}
}

static size_t count_requoted(const vv_dialect *from, const vv_dialect *to)
{
	size_t count = from->quoting_count > to->quoting_count ? from->quoting_count
							       : to->quoting_count;
	size_t changed = 0;

	for (size_t i = 0; i < count; i++) {
		changed += vv_dialect_quoting(from, i) != vv_dialect_quoting(to, i);
	}
	return changed;
}

static void change_csv(vv_buf *b, const vv_dialect *from, const vv_dialect *to, bool same_columns,
		       size_t start)
{
	const size_t changed = same_columns ? count_requoted(from, to) : 0;

	say_character(b, start, "delimiter ", from->delimiter, to->delimiter);
	say_character(b, start, "quote ", from->quote, to->quote);
	say_character(b, start, "escape ", from->escape, to->escape);
	say_character(b, start, "comments after ", from->comment, to->comment);
	say_flag(b, start, from->spaces != VV_SPACES_KEPT, to->spaces != VV_SPACES_KEPT,
		 "spaces before cells now skipped", "spaces before cells now a part of them");
	say_flag(b, start, from->header, to->header, "header line added", "header line removed");
	if (from->header && to->header && from->header_more != to->header_more) {
		say_phrase(b, start, "header lines ");
		vv_buf_printf(b, "%u -> %u", from->header_more + 1u, to->header_more + 1u);
	}
	if (!same_lead(from, to)) {
		say_lines(b, start, "above the table", (vv_bytes){from->prologue.data, from->lead},
			  (vv_bytes){to->prologue.data, to->lead});
	}
	if (!vv_bytes_equal(&from->epilogue, &to->epilogue)) {
		say_lines(b, start, "below the table", from->epilogue, to->epilogue);
	}
	if (same_columns && from->header && to->header && !same_header(from, to)) {
		change_header(b, from, to, start);
	}
	if (changed > 0) {
		say_phrase(b, start, "quoting of ");
		vv_buf_printf(b, "%s column%s", vv_text_count(changed), changed == 1 ? "" : "s");
	}
}

/* The members beside the rows, and where these are; false: no difference but white space. */
static bool change_around(vv_buf *b, const vv_dialect *from, const vv_dialect *to, size_t start)
{
	const vv_json_around old = vv_dialect_around(from), now = vv_dialect_around(to);
	vv_buf paths[2] = {VV_BUF_INIT, VV_BUF_INIT};
	vv_auto(vv_buf) names = VV_BUF_INIT;
	vv_error ignored;

	put_form(&paths[0], from);
	put_form(&paths[1], to);
	bool same = vv_buf_equal(&paths[0], &paths[1]);
	if (!same) {
		say_phrase(b, start, vv_buf_cstr(&paths[0]));
		vv_buf_printf(b, " -> %s", vv_buf_cstr(&paths[1]));
	} else if (vv_json_around_change(&names, &old, &now, &ignored) < 0) {
		vv_buf_reset(&names);
		vv_buf_puts(&names, "all");
	}
	if (names.len > 0) {
		say_phrase(b, start, "members outside the rows changed: ");
		vv_buf_put(b, names.data, names.len);
	}
	same = same && names.len == 0;
	vv_buf_clear_all(&paths[0], &paths[1]);
	return !same;
}

static void change_json(vv_buf *b, const vv_dialect *from, const vv_dialect *to, size_t start)
{
	say_flag(b, start, from->ascii, to->ascii, "non-ASCII text escaped",
		 "non-ASCII text no longer escaped");
	if ((from->lead > 0 || to->lead > 0) && change_around(b, from, to, start)) return;
	if (!vv_bytes_equal(&from->open, &to->open) || !vv_bytes_equal(&from->colon, &to->colon) ||
	    !vv_bytes_equal(&from->comma, &to->comma) ||
	    !vv_bytes_equal(&from->close, &to->close) ||
	    (vv_form_is_document(from->form) &&
	     (!vv_bytes_equal(&from->prologue, &to->prologue) ||
	      !vv_bytes_equal(&from->row_end, &to->row_end) ||
	      !vv_bytes_equal(&from->epilogue, &to->epilogue)))) {
		say_phrase(b, start, "white space");
	}
}

void vv_dialect_describe_change(vv_buf *b, const vv_dialect *from, const vv_dialect *to,
				bool same_columns)
{
	size_t start = b->len;
	bool lines = !vv_form_is_document(from->form) && !vv_form_is_document(to->form);

	if (from->form != to->form) {
		put_form(b, from);
		vv_buf_puts(b, " -> ");
		put_form(b, to);
	}
	if (lines && from->newline != to->newline) {
		say_phrase(b, start, newline_name(from));
		vv_buf_printf(b, " -> %s", newline_name(to));
	}
	if (strcmp(from->encoding, to->encoding) != 0) {
		say_phrase(b, start, from->encoding[0] ? from->encoding : "UTF-8");
		vv_buf_printf(b, " -> %s", to->encoding[0] ? to->encoding : "UTF-8");
	}
	say_flag(b, start, from->bom, to->bom, "BOM added", "BOM removed");
	if (lines) {
		say_flag(b, start, from->final_newline, to->final_newline, "final newline added",
			 "final newline removed");
	}
	if (from->form != to->form) return;
	if (!vv_form_is_typed(from->form)) {
		change_csv(b, from, to, same_columns, start);
	} else {
		change_json(b, from, to, start);
	}
	if (same_columns && !vv_form_is_document(from->form) && b->len == start &&
	    !vv_bytes_equal(&from->prologue, &to->prologue)) {
		say_phrase(b, start, "lines before the first row");
	}
}
