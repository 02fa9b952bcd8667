/*
 * junit: one test suite for each dataset, one test case for each rule. Only one
 * failure is in a test case: some readers keep no more.
 */
#include <string.h>

#include "base/text.h"
#include "check/report/items.h"
#include "check/report/words.h"
#include "check/report/writers.h"

/* XML 1.0 has no place for control characters: they are escaped before as for a terminal. */
static void put_xml(vv_buf *b, const char *s, size_t len)
{
	vv_report_put_markup(b, s, len);
}

static bool group_counts(const vv_check_report *r, const vv_report_group *g)
{
	return g->errors > 0 || (r->options.fail_on == VV_SEVERITY_WARNING && g->warnings > 0);
}

static void put_lines(vv_buf *b, const vv_check_report *r, const vv_report_group *g)
{
	vv_auto(vv_buf) line = VV_BUF_FOR(b);

	for (const vv_report_item *i = g->first; i; i = i->next) {
		line.len = 0;
		vv_report_put_item(&line, g, i);
		if (i->line > 0) {
			vv_buf_printf(b, "line %llu, ", (unsigned long long)i->line);
		}
		vv_report_put_marks(b, vv_buf_cstr(&line), line.len, "&<>\"'");
		vv_buf_putc(b, '\n');
		vv_report_drain(r, b);
	}
	if (vv_report_unlisted(g) > 0) {
		vv_buf_printf(b, "and %s more\n", vv_text_count(vv_report_unlisted(g)));
	}
}

static void put_suite_name(vv_buf *b, const vv_report_dataset *d)
{
	if (d->commit) {
		vv_buf_printf(b, "%.10s ", d->commit);
	}
	put_xml(b, d->path, strlen(d->path));
}

/* All groups of one rule; how many findings count is known. */
static void put_case(vv_buf *b, const vv_check_report *r, const vv_report_dataset *d,
		     const char *code, const char *title)
{
	uint64_t errors = 0, warnings = 0;
	bool failed = false, told = false;

	for (const vv_report_group *g = d->first; g; g = g->next) {
		if (strcmp(g->code, code) == 0) {
			errors += g->errors;
			warnings += g->warnings;
			failed = failed || group_counts(r, g);
			told = told || vv_report_found(g) > 0;
		}
	}
	vv_buf_puts(b, "    <testcase classname=\"");
	put_suite_name(b, d);
	vv_buf_puts(b, "\" name=\"");
	put_xml(b, code, strlen(code));
	vv_buf_puts(b, "\" time=\"0\"");
	if (!failed && !told) {
		vv_buf_puts(b, "/>\n");
		return;
	}
	vv_buf_puts(b, ">\n");
	if (failed) {
		vv_buf_puts(b, "      <failure type=\"");
		put_xml(b, code, strlen(code));
		vv_buf_puts(b, "\" message=\"");
		put_xml(b, title, strlen(title));
		vv_buf_puts(b, ": ");
		vv_report_put_counts(b, errors, warnings);
		vv_buf_puts(b, "\">");
	} else {
		vv_buf_puts(b, "      <system-out>");
	}
	for (const vv_report_group *g = d->first; g; g = g->next) {
		if (strcmp(g->code, code) == 0) {
			put_lines(b, r, g);
		}
	}
	vv_buf_puts(b, failed ? "</failure>\n" : "</system-out>\n");
	vv_buf_puts(b, "    </testcase>\n");
}

static bool has_group(const vv_report_dataset *d, const char *code)
{
	const vv_report_group *g = d->first;

	while (g && strcmp(g->code, code) != 0) {
		g = g->next;
	}
	return g != NULL;
}

/* Is the rule a test case there? */
static bool is_case(const vv_report_dataset *d, size_t rule)
{
	return (d->looked_at && d->looked_at[rule]) || has_group(d, vv_rules[rule].code);
}

static void count_cases(const vv_check_report *r, const vv_report_dataset *d, uint64_t *tests,
			uint64_t *failures)
{
	*tests = *failures = 0;
	for (size_t i = 0; vv_rules[i].code; i++) {
		bool failed = false;

		if (!is_case(d, i)) {
			continue;
		}
		++*tests;
		for (const vv_report_group *g = d->first; g; g = g->next) {
			failed = failed ||
				 (strcmp(g->code, vv_rules[i].code) == 0 && group_counts(r, g));
		}
		*failures += failed;
	}
}

/* Schemas of Jenkins and Ant allow "skipped" for a suite only. */
static void put_counts(vv_buf *b, uint64_t tests, uint64_t failures, bool suite, uint64_t ms)
{
	vv_buf_printf(b, "tests=\"%llu\" failures=\"%llu\" errors=\"0\"%s time=\"%llu.%03u\"",
		      (unsigned long long)tests, (unsigned long long)failures,
		      suite ? " skipped=\"0\"" : "", (unsigned long long)(ms / 1000),
		      (unsigned)(ms % 1000));
}

vv_status vv_report_junit(const vv_check_report *r, vv_buf *out, vv_error *err)
{
	uint64_t tests, failures, all_tests = 0, all_failures = 0, ms = 0;

	for (const vv_report_dataset *d = r->first; d; d = d->next) {
		count_cases(r, d, &tests, &failures);
		all_tests += tests;
		all_failures += failures;
		ms += d->facts.ms;
	}
	vv_buf_puts(
		out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"varve check\" ");
	put_counts(out, all_tests, all_failures, false, ms);
	vv_buf_puts(out, ">\n");
	for (const vv_report_dataset *d = r->first; d; d = d->next) {
		count_cases(r, d, &tests, &failures);
		vv_buf_puts(out, "  <testsuite name=\"");
		put_suite_name(out, d);
		vv_buf_puts(out, "\" ");
		put_counts(out, tests, failures, true, d->facts.ms);
		vv_buf_puts(out, ">\n");
		for (size_t i = 0; vv_rules[i].code; i++) {
			if (is_case(d, i)) {
				put_case(out, r, d, vv_rules[i].code, vv_rules[i].title);
			}
		}
		vv_buf_puts(out, "  </testsuite>\n");
	}
	vv_buf_puts(out, "</testsuites>\n");
	return vv_buf_ok(out, err);
}
