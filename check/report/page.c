/*
 * page: the report as Markdown and as a page of HTML. Nothing of the data can be markup
 * in either: it is in code elements, with every mark as an entity. The Markdown begins with
 * a line that is always the same, by which a job finds the comment that it wrote before.
 */
#include <string.h>

#include "base/text.h"
#include "check/report/items.h"
#include "check/report/words.h"
#include "check/report/writers.h"

#define FIRST_LINE "<!-- varve check -->\n"
/* GitHub's job summary takes 1 MiB, a comment 64 KB. */
#define MARKDOWN_MAX 60000u

static void put_code(vv_buf *b, const char *s, size_t len, bool cut)
{
	vv_buf_puts(b, "<code>");
	vv_report_put_markup(b, s, len);
	vv_buf_puts(b, cut ? "&#8230;</code>" : "</code>");
}

static void put_number(vv_buf *b, uint64_t n)
{
	if (n > 0) {
		vv_buf_printf(b, "%llu", (unsigned long long)n);
	}
}

/* Words the problem; message and expectation are ours, but may contain data. */
static void put_problem(vv_buf *b, const vv_report_item *i)
{
	vv_report_put_markups(b, i->message);
	if (i->probably) {
		vv_buf_puts(b, "; probably: ");
		vv_report_put_markups(b, i->probably);
	}
	if (i->expected) {
		vv_buf_puts(b, "; expected: ");
		vv_report_put_markups(b, i->expected);
	}
	if (i->intended) {
		vv_buf_puts(b, "; if it is intended: ");
		vv_report_put_markups(b, i->intended);
	}
	if (i->accepted) {
		vv_buf_puts(b, "; <em>accepted: ");
		vv_report_put_markups(b, i->accepted);
		vv_buf_puts(b, "</em>");
	}
}

static void put_group_name(vv_buf *b, const vv_report_group *g)
{
	put_code(b, g->code, strlen(g->code), false);
	if (g->column) {
		vv_buf_puts(b, " in column ");
		put_code(b, g->column, strlen(g->column), false);
	}
	vv_buf_printf(b, ": %s", vv_text_count(vv_report_found(g)));
}

static void put_dataset_name(vv_buf *b, const vv_report_dataset *d)
{
	if (d->commit) {
		vv_buf_printf(b, "<code>%.10s</code> ", d->commit);
	}
	put_code(b, d->path, strlen(d->path), false);
	vv_buf_printf(b, " (%s", vv_text_counted(d->facts.rows, "row", NULL));
	if (d->facts.base) {
		vv_buf_puts(b, ", against ");
		vv_report_put_markups(b, d->facts.base);
	}
	vv_buf_puts(b, "): ");
	vv_report_put_counts(b, d->errors, d->warnings);
	if (d->known > 0) {
		vv_buf_printf(b, ", %s known", vv_text_count(d->known));
	}
}

static bool is_told(const vv_report_dataset *d)
{
	return d->errors + d->warnings + d->accepted > 0;
}

/* begin; between numbers; between words; end: of Markdown or HTML. */
static void put_row(vv_buf *b, const vv_report_item *i, const char *const marks[4])
{
	vv_buf_puts(b, marks[0]);
	put_number(b, i->line);
	vv_buf_puts(b, marks[1]);
	put_number(b, i->row);
	vv_buf_puts(b, marks[2]);
	if (i->key) {
		put_code(b, i->key, i->key_len, i->key_cut);
	}
	vv_buf_puts(b, marks[2]);
	if (i->value) {
		put_code(b, i->value, i->value_len, i->value_cut);
	}
	vv_buf_puts(b, marks[2]);
	put_problem(b, i);
	vv_buf_puts(b, marks[3]);
}

static void put_markdown_group(vv_buf *b, const vv_report_group *g, size_t max)
{
	uint64_t left = vv_report_found(g);

	vv_buf_printf(b, "\n**%s** ", vv_severity_name(g->severity));
	put_group_name(b, g);
	vv_buf_puts(b, "\n\n");
	if (g->kept > 0) {
		vv_buf_puts(b, "| line | row | key | value | problem |\n|--:|--:|---|---|---|\n");
	}
	for (const vv_report_item *i = g->first; i && b->len <= max; i = i->next) {
		put_row(b, i, (const char *const[]){"| ", " | ", " | ", " |\n"});
		left--;
	}
	if (left > 0) {
		vv_buf_printf(b, "\nand %s more\n", vv_text_count(left));
	}
}

vv_status vv_report_markdown(const vv_check_report *r, vv_buf *out, vv_error *err)
{
	size_t max = out->len + MARKDOWN_MAX;
	uint64_t datasets = 0, findings = 0; /* that do not fit */

	vv_buf_puts(out, FIRST_LINE "### varve check: ");
	vv_report_put_verdict(out, r);
	vv_buf_putc(out, '\n');
	for (const vv_report_dataset *d = r->first; d; d = d->next) {
		if (r->totals.commits > 1 && !is_told(d)) {
			continue;
		}
		if (out->len > max) {
			datasets++;
			findings += d->errors + d->warnings + d->accepted;
			continue;
		}
		vv_buf_puts(out, "\n#### ");
		put_dataset_name(out, d);
		vv_buf_putc(out, '\n');
		for (const vv_report_group *g = d->first; g; g = g->next) {
			if (out->len > max) {
				findings += vv_report_found(g);
			} else if (vv_report_found(g) > 0) {
				put_markdown_group(out, g, max);
			}
		}
	}
	if (datasets + findings > 0) {
		vv_buf_puts(out, "\nNot shown, for lack of room: ");
		if (findings > 0) {
			vv_buf_puts(out, vv_text_counted(findings, "more finding", NULL));
		}
		vv_buf_puts(out, findings > 0 && datasets > 0 ? " and " : "");
		if (datasets > 0) {
			vv_buf_puts(out, vv_text_counted(datasets, "table", NULL));
		}
		vv_buf_puts(out, ".\n");
	}
	return vv_buf_ok(out, err);
}

static const char head[] =
	"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<title>varve check</title>\n<style>\n"
	"body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #222; "
	"background: #fff }\n"
	"h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }\nh3 { font-size: 1rem; margin: 1rem 0 .3rem; font-weight: 500 }\n"
	"table { border-collapse: collapse; font-size: .9rem }\n"
	"th, td { border: 1px solid #ccc; padding: .2rem .6rem; text-align: left; vertical-align: top }\n"
	"td.n, th.n { text-align: right; white-space: nowrap }\ncode { font-family: ui-monospace, monospace; overflow-wrap: anywhere }\n"
	".error { color: #b00020 } .warning { color: #8a5a00 } .valid { color: #14691b }\n"
	"@media (prefers-color-scheme: dark) { body { color: #ddd; background: #181818 } th, td { border-color: #444 } "
	".error { color: #ff7b86 } .warning { color: #e5b567 } .valid { color: #7ccf86 } }\n"
	"</style>\n</head>\n<body>\n";

static void put_html_group(vv_buf *b, const vv_check_report *r, const vv_report_group *g,
			   size_t number)
{
	const char *kind = vv_severity_name(g->severity);

	vv_buf_printf(b, "<h3 id=\"g%zu\"><span class=\"%s\">%s</span> ", number, kind, kind);
	put_group_name(b, g);
	if (g->rule) {
		vv_buf_puts(b, " &#8211; ");
		vv_report_put_markups(b, g->rule->what);
	}
	vv_buf_puts(b, "</h3>\n");
	if (g->kept > 0) {
		vv_buf_puts(
			b,
			"<table>\n<tr><th class=\"n\">line</th><th class=\"n\">row</th><th>key</th><th>value</th>"
			"<th>problem</th></tr>\n");
		for (const vv_report_item *i = g->first; i; i = i->next) {
			put_row(b, i,
				(const char *const[]){"<tr><td class=\"n\">",
						      "</td><td class=\"n\">", "</td><td>",
						      "</td></tr>\n"});
			vv_report_drain(r, b);
		}
		vv_buf_puts(b, "</table>\n");
	}
	if (vv_report_unlisted(g) > 0) {
		vv_buf_printf(b, "<p>and %s more</p>\n", vv_text_count(vv_report_unlisted(g)));
	}
}

static bool group_is_told(const vv_report_group *g)
{
	return vv_report_found(g) > 0;
}

/* The share of the rows, if findings are rows. */
static void put_share(vv_buf *b, const vv_report_dataset *d, const vv_report_group *g)
{
	const uint64_t found = vv_report_found(g);

	if (!g->first || g->first->row == 0 || d->facts.rows == 0 || found > d->facts.rows) return;
	const unsigned tenths = (unsigned)((double)found / (double)d->facts.rows * 1000 + 0.5);
	vv_buf_printf(b, ", %s%u.%u&#160;%% of the rows", tenths == 0 ? "below " : "", tenths / 10,
		      tenths == 0 ? 1 : tenths % 10);
}

/* A summary before all rows: each rule with findings, and a link to its rows. */
static void put_html_wrong(vv_buf *b, const vv_check_report *r)
{
	size_t number = 0;

	for (const vv_report_dataset *d = r->first; d; d = d->next) {
		if (!is_told(d)) {
			continue;
		}
		vv_buf_puts(b, number == 0 ? "<h2>What is wrong</h2>\n<ul>\n<li>" : "<li>");
		put_dataset_name(b, d);
		vv_buf_puts(b, "\n<ul>\n");
		for (const vv_report_group *g = d->first; g; g = g->next) {
			if (group_is_told(g)) {
				vv_buf_printf(b,
					      "<li><span class=\"%s\">%s</span> <a href=\"#g%zu\">",
					      vv_severity_name(g->severity),
					      vv_severity_name(g->severity), ++number);
				put_group_name(b, g);
				put_share(b, d, g);
				vv_buf_puts(b, "</a></li>\n");
			}
		}
		vv_buf_puts(b, "</ul></li>\n");
		vv_report_drain(r, b);
	}
	vv_buf_puts(b, number > 0 ? "</ul>\n" : "");
}

/* The datasets in which something is wrong with their rows, or the others, in a line each. */
static void put_html_datasets(vv_buf *b, const vv_check_report *r, bool told)
{
	size_t number = 0;

	for (const vv_report_dataset *d = r->first; d; d = d->next) {
		if (is_told(d) != told) {
			continue;
		}
		vv_buf_puts(b, told ? "<h2>" : "<p>");
		put_dataset_name(b, d);
		vv_buf_puts(b, told ? "</h2>\n" : "</p>\n");
		for (const vv_report_group *g = d->first; g; g = g->next) {
			if (group_is_told(g)) {
				put_html_group(b, r, g, ++number);
			}
		}
		vv_report_drain(r, b);
	}
}

vv_status vv_report_html(const vv_check_report *r, vv_buf *out, vv_error *err)
{
	vv_buf_puts(out, head);
	vv_buf_printf(out, "<h1>varve check</h1>\n<p class=\"%s\">",
		      vv_report_passes(r, r->totals.errors, r->totals.warnings) ? "valid"
										: "error");
	vv_report_put_verdict(out, r);
	vv_buf_puts(out, "</p>\n");
	vv_buf_puts(out, r->options.overview ? r->options.overview : "");
	put_html_wrong(out, r);
	put_html_datasets(out, r, true);
	if (r->totals.commits <= 1) { /* of a long range only datasets with findings */
		put_html_datasets(out, r, false);
	}
	vv_buf_puts(out, "</body>\n</html>\n");
	return vv_buf_ok(out, err);
}
