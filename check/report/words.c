/*
 * words: how findings are put into words, and how data is made harmless for each kind of reader.
 */
#include "check/report/words.h"

#include <string.h>

#include "base/codec.h"
#include "base/json/json_list.h"
#include "base/text.h"

const char *vv_severity_name(vv_severity s)
{
	if (s == VV_SEVERITY_ERROR) return "error";
	return s == VV_SEVERITY_WARNING ? "warning" : "off";
}

const char *vv_report_title(const vv_report_group *g)
{
	return g->rule ? g->rule->title : g->code;
}

/* Blanks that look like a space or like nothing, and may be the fault of a value. */
static bool is_odd_blank(uint32_t cp)
{
	return cp == 0xA0 || cp == 0xAD || (cp >= 0x2000 && cp <= 0x200D) || cp == 0x202F ||
	       cp == 0x205F || cp == 0x2060;
}

static void put_shown(vv_buf *b, const char *s, size_t len)
{
	uint32_t cp;

	for (size_t i = 0, n; i < len; i += n) {
		n = vv_utf8_decode(&cp, s + i, len - i);
		if (n > 0 && is_odd_blank(cp)) {
			vv_buf_printf(b, "\\u%04x", (unsigned)cp);
		} else {
			n = n > 0 ? n : 1;
			vv_text_put_escaped(b, s + i, n);
		}
	}
}

void vv_report_put_value(vv_buf *b, const char *s, size_t len, bool cut, size_t width)
{
	vv_auto(vv_buf) shown = VV_BUF_FOR(b);

	put_shown(&shown, s, len);
	vv_text_put_words(b, vv_buf_cstr(&shown), shown.len, width);
	if (cut && width == 0) {
		vv_buf_puts(b, VV_ELLIPSIS);
	}
}

uint64_t vv_report_shown_line(const vv_report_group *g, const vv_report_item *i)
{
	uint64_t line = 0;

	if (g->pointer_line > 0) {
		line = g->pointer_line;
	} else if (i) {
		line = i->line;
	}

	return line > 0 ? line : 1;
}

void vv_report_put_item(vv_buf *b, const vv_report_group *g, const vv_report_item *i)
{
	if (g->pointer_line > 0 && i->line > 0) {
		vv_buf_printf(b, "line %llu, ", (unsigned long long)i->line);
	}
	if (i->row > 0) {
		vv_buf_printf(b, "row %llu", (unsigned long long)i->row);
	}
	if (i->key) {
		vv_buf_puts(b, i->row > 0 ? " (" : "key ");
		vv_report_put_value(b, i->key, i->key_len, i->key_cut, 0);
		vv_buf_puts(b, i->row > 0 ? ")" : "");
	}
	if (i->row > 0 || i->key) {
		vv_buf_puts(b, ": ");
	}
	if (g->column) {
		vv_text_put_words(b, g->column, strlen(g->column), 0);
		vv_buf_puts(b, i->value ? " " : ": ");
	}
	if (i->value) {
		vv_buf_putc(b, '\'');
		vv_report_put_value(b, i->value, i->value_len, i->value_cut, 0);
		vv_buf_puts(b, "' ");
	}
	vv_text_put_words(b, i->message, strlen(i->message), 0);
	if (i->probably) {
		vv_buf_puts(b, "; probably: ");
		vv_text_put_words(b, i->probably, strlen(i->probably), 0);
	}
	if (i->expected) {
		vv_buf_puts(b, "; expected: ");
		vv_text_put_words(b, i->expected, strlen(i->expected), 0);
	}
	if (i->intended) {
		vv_buf_puts(b, "; if it is intended: ");
		vv_text_put_words(b, i->intended, strlen(i->intended), 0);
	}
	if (i->accepted) {
		vv_buf_puts(b, "; accepted: ");
		vv_text_put_escaped(b, i->accepted, strlen(i->accepted));
	}
}

static void put_number(vv_buf *b, uint64_t n, const char *one, const char *many)
{
	vv_buf_printf(b, "%s %s", vv_text_count(n), n == 1 ? one : many);
}

void vv_report_put_counts(vv_buf *b, uint64_t errors, uint64_t warnings)
{
	if (errors > 0) {
		put_number(b, errors, "error", "errors");
	}
	if (warnings > 0) {
		vv_buf_puts(b, errors > 0 ? ", " : "");
		put_number(b, warnings, "warning", "warnings");
	}
	if (errors == 0 && warnings == 0) {
		vv_buf_puts(b, "nothing wrong");
	}
}

/* "12 new problems" */
static void put_new(vv_buf *b, const vv_check_report *r)
{
	const vv_report_totals *t = &r->totals;

	if (t->errors + t->warnings == 0) {
		vv_buf_puts(b, "no new problems");
	} else {
		put_number(b, t->errors + t->warnings, "new problem", "new problems");
	}
	if (t->errors > 0 && t->warnings > 0) {
		vv_buf_puts(b, " (");
		vv_report_put_counts(b, t->errors, t->warnings);
		vv_buf_putc(b, ')');
	}
}

void vv_report_put_verdict(vv_buf *b, const vv_check_report *r)
{
	const vv_report_totals *t = &r->totals;

	vv_buf_puts(b, vv_report_passes(r, r->totals.errors, r->totals.warnings) ? "valid: "
										 : "invalid: ");
	if (r->options.new_only) {
		put_new(b, r);
	} else {
		vv_report_put_counts(b, t->errors, t->warnings);
	}
	vv_buf_puts(b, " in ");
	if (t->invalid > 0 && t->datasets > 1) {
		vv_buf_printf(b, "%s of ", vv_text_count(t->invalid));
	}
	put_number(b, t->datasets, t->commits > 0 ? "version" : "table",
		   t->commits > 0 ? "versions" : "tables");
	if (t->commits > 0) {
		vv_buf_puts(b, " of ");
		put_number(b, t->commits, "commit", "commits");
	}
	if (r->options.new_only) {
		vv_buf_puts(b, "; ");
		put_number(b, t->known, "known one unchanged", "known ones unchanged");
	}
	if (t->accepted > 0) {
		vv_buf_printf(b, "; %s accepted", vv_text_count(t->accepted));
	}
}

/* C1 and the marks that turn writing round are escaped too: JSON is looked at in terminals. */
bool vv_report_is_plain(uint32_t cp)
{
	return cp >= 0x20 && !is_odd_blank(cp) && cp != 0x7F && !(cp >= 0x80 && cp < 0xA0) &&
	       cp != 0x061C && !(cp >= 0x200E && cp <= 0x200F) && !(cp >= 0x2028 && cp <= 0x202E) &&
	       !(cp >= 0x2066 && cp <= 0x2069) && cp != 0xFEFF && (cp & 0xFFFE) != 0xFFFE;
}

void vv_report_put_json(vv_json_out *w, const char *s, size_t len, bool cut)
{
	vv_auto(vv_buf) b = VV_BUF_FOR(w->buf);
	uint32_t cp;

	if (!vv_utf8_valid(s, len)) {
		vv_base64_put(&b, s, len, true);
		vv_json_put_object(w, {JSON_TEXT("base64", vv_buf_cstr(&b))},
				   {JSON_BOOL_WHEN(cut, "more", true)});
		return;
	}
	vv_buf_putc(&b, '"');
	for (size_t i = 0; i < len;) {
		size_t n = vv_utf8_decode(&cp, s + i, len - i);

		if (cp == '"' || cp == '\\') {
			vv_buf_putc(&b, '\\');
		}
		if (vv_report_is_plain(cp)) {
			vv_buf_put(&b, s + i, n);
		} else if (cp < 0x10000) {
			vv_buf_printf(&b, "\\u%04x", (unsigned)cp);
		} else {
			vv_buf_printf(&b, "\\u%04x\\u%04x",
				      0xD800u + (unsigned)((cp - 0x10000) >> 10),
				      0xDC00u + (unsigned)((cp - 0x10000) & 0x3FF));
		}
		i += n;
	}
	vv_buf_puts(&b, cut ? "\xE2\x80\xA6\"" : "\"");
	if (b.failed) {
		vv_buf_fail(w->buf);
	} else {
		vv_json_raw(w, b.data, b.len);
	}
}

void vv_report_put_text(vv_json_out *w, const void *text)
{
	vv_report_put_json(w, text, strlen(text), false);
}

void vv_report_put_marks(vv_buf *b, const char *s, size_t len, const char *marks)
{
	for (size_t i = 0; i < len; i++) {
		if (strchr(marks, s[i]) && s[i] != '\0') {
			vv_buf_printf(b, "&#%d;", s[i]);
		} else if (len - i >= 3 && (memcmp(s + i, "\xEF\xBF\xBE", 3) == 0 ||
					    memcmp(s + i, "\xEF\xBF\xBF", 3) == 0)) {
			vv_buf_puts(b, "\xEF\xBF\xBD"); /* no characters, and not allowed in XML */
			i += 2;
		} else {
			vv_buf_putc(b, s[i]);
		}
	}
}

static void put_clean(vv_buf *b, vv_buf *clean)
{
	vv_report_put_marks(b, vv_buf_cstr(clean), clean->len, "&<>\"'|`*_[]\\~#@!:");
	vv_buf_clear(clean);
}

void vv_report_put_markup(vv_buf *b, const char *s, size_t len)
{
	vv_buf clean = VV_BUF_FOR(b);

	vv_text_put_escaped(&clean, s, len);
	put_clean(b, &clean);
}

void vv_report_put_markups(vv_buf *b, const char *s)
{
	vv_buf clean = VV_BUF_FOR(b);

	vv_text_put_words(&clean, s, strlen(s), 0);
	put_clean(b, &clean);
}
