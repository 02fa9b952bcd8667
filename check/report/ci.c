/*
 * ci: writes findings for display in pull and merge requests: GitHub's workflow commands, GitLab's
 * code quality, within their limits and with text escaped.
 */
#include <string.h>

#include "base/json/json_list.h"
#include "base/text.h"
#include "check/report/items.h"
#include "check/report/words.h"
#include "check/report/writers.h"

/* GitHub shows ten annotations of a kind and drops the others without a word; the last one is
 * kept for how many there are. */
#define ANNOTATIONS 9u

/* As GitHub's own tools escape it (a command's text ends at the line's end; in a property ':' and
 * ',' separate), and characters that no log may contain: a path may contain anything. */
static void put_github(vv_buf *b, const char *s, size_t len, bool property)
{
	uint32_t cp;

	for (size_t i = 0; i < len;) {
		size_t n = vv_utf8_decode(&cp, s + i, len - i);
		bool plain = n > 0 && vv_report_is_plain(cp) && cp != '%' &&
			     !(property && (cp == ':' || cp == ','));

		n = n > 0 ? n : 1;
		for (size_t k = i; k < i + n; k++) {
			if (plain) {
				vv_buf_putc(b, s[k]);
			} else {
				vv_buf_printf(b, "%%%02X", (unsigned char)s[k]);
			}
		}
		i += n;
	}
}

static void put_annotation(vv_buf *out, const char *kind, const vv_report_dataset *d,
			   const vv_report_group *g, const vv_report_item *i)
{
	vv_auto(vv_buf) text = VV_BUF_FOR(out);

	vv_buf_printf(out, "::%s file=", kind);
	put_github(out, d->path, strlen(d->path), true);
	vv_buf_printf(out, ",line=%llu,title=", (unsigned long long)vv_report_shown_line(g, i));
	put_github(out, g->code, strlen(g->code), true);
	vv_buf_puts(out, "::");
	if (d->commit) {
		vv_buf_printf(&text, "%.10s: ", d->commit);
	}
	vv_report_put_item(&text, g, i);
	put_github(out, vv_buf_cstr(&text), text.len, false);
	vv_buf_putc(out, '\n');
}

static bool put_nth(vv_buf *out, const char *kind, const vv_report_dataset *d,
		    const vv_report_group *g, size_t n, vv_severity severity, bool accepted)
{
	for (const vv_report_item *i = g->first; i; i = i->next) {
		if ((accepted ? i->accepted != NULL : !i->accepted && i->severity == severity) &&
		    n-- == 0) {
			put_annotation(out, kind, d, g, i);
			return true;
		}
	}
	return false;
}

/* The first of each group, then the second of each, ..., so that every kind of problem is seen. */
static uint64_t put_kind(vv_buf *out, const vv_check_report *r, const char *kind,
			 vv_severity severity, bool accepted, uint64_t room)
{
	uint64_t put = 0;
	bool any = true;

	for (size_t n = 0; any && put < room; n++) {
		any = false;
		for (const vv_report_dataset *d = r->first; d; d = d->next) {
			for (const vv_report_group *g = d->first; g && put < room; g = g->next) {
				if (put_nth(out, kind, d, g, n, severity, accepted)) {
					put++;
					any = true;
				}
			}
		}
	}
	return put;
}

static void put_kinds(vv_buf *out, const vv_check_report *r, const char *kind, vv_severity severity,
		      bool accepted, uint64_t total)
{
	uint64_t room = total > ANNOTATIONS + 1 ? ANNOTATIONS : ANNOTATIONS + 1;
	uint64_t put = total > 0 ? put_kind(out, r, kind, severity, accepted, room) : 0;

	if (total > put) {
		vv_buf_printf(
			out,
			"::%s title=varve check::%s more of this kind: see the job's summary or the full report\n",
			kind, vv_text_count(total - put));
	}
}

vv_status vv_report_github(const vv_check_report *r, vv_buf *out, vv_error *err)
{
	put_kinds(out, r, "error", VV_SEVERITY_ERROR, false, r->totals.errors);
	put_kinds(out, r, "warning", VV_SEVERITY_WARNING, false, r->totals.warnings);
	put_kinds(out, r, "notice", VV_SEVERITY_OFF, true, r->totals.accepted);
	vv_buf_puts(out, "varve check: ");
	vv_report_put_verdict(out, r);
	vv_buf_putc(out, '\n');
	return vv_buf_ok(out, err);
}

static void put_quality(vv_json_out *w, const vv_report_dataset *d, const char *code,
			const char *text, size_t len, const char *print, vv_severity severity,
			uint64_t line)
{
	vv_json_open_object(w);
	vv_json_name(w, "description");
	vv_report_put_json(w, text, len, false);
	vv_json_put_members(
		w, {REPORT_TEXT("check_name", code)}, {REPORT_TEXT("fingerprint", print)},
		{JSON_TEXT("severity", severity == VV_SEVERITY_ERROR ? "major" : "minor")},
		{JSON_OBJECT("location")}, {REPORT_TEXT("path", d->path)}, {JSON_OBJECT("lines")},
		{JSON_NUMBER("begin", line)}, {JSON_END}, {JSON_END}, {JSON_END});
}

static void put_group(vv_json_out *w, const vv_check_report *r, const vv_report_dataset *d,
		      const vv_report_group *g)
{
	char first[VV_REPORT_PRINT_LEN + 1] = "";
	vv_auto(vv_buf) text = VV_BUF_FOR(w->buf);
	uint64_t left = g->errors + g->warnings;

	for (const vv_report_item *i = g->first; i; i = i->next) {
		if (!*first) {
			memcpy(first, i->print, sizeof(first));
		}
		vv_report_drain(r, w->buf);
		if (!i->accepted) {
			left--;
			text.len = 0;
			vv_report_put_item(&text, g, i);
			put_quality(w, d, g->code, vv_buf_cstr(&text), text.len, i->print,
				    i->severity, vv_report_shown_line(g, i));
		}
	}
	if (left > 0) {
		char print[VV_REPORT_PRINT_LEN + 8];

		/* of the group: whatever its findings are */
		text.len = 0;
		vv_buf_printf(&text, "%s-more", *first ? first : g->code);
		memset(print, 0, sizeof(print));
		memcpy(print, vv_buf_cstr(&text),
		       text.len < sizeof(print) ? text.len : sizeof(print) - 1);
		text.len = 0;
		vv_buf_printf(&text, "%s more of %s", vv_text_count(left), g->code);
		if (g->column) {
			vv_buf_puts(&text, " in column ");
			vv_text_put_escaped(&text, g->column, strlen(g->column));
		}
		put_quality(w, d, g->code, vv_buf_cstr(&text), text.len, print, g->severity,
			    vv_report_shown_line(g, NULL));
	}
}

vv_status vv_report_gitlab(const vv_check_report *r, vv_buf *out, vv_error *err)
{
	vv_json_out w = vv_json_begin_array(out, 1);

	for (const vv_report_dataset *d = r->first; d; d = d->next) {
		for (const vv_report_group *g = d->first; g; g = g->next) {
			put_group(&w, r, d, g);
		}
	}
	vv_json_close_array(&w);
	vv_buf_putc(out, '\n');
	return vv_buf_ok(out, err);
}
