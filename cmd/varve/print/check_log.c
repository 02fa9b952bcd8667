/*
 * check_log: one line for each rule: since when, by whom, how often.
 */
#include "cmd/varve/print/check_log.h"

#include <string.h>
#include <time.h>

#include "base/json/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "check/report/words.h"
#include "cmd/frame/output.h"

static const char *const states[] = {[VV_TIMELINE_FAILS] = "fails",
				     [VV_TIMELINE_AWAY] = "no longer applies",
				     [VV_TIMELINE_HOLDS] = "holds"};

/* The day in the author's zone. */
static void put_day(vv_buf *b, const vv_timeline_commit *c)
{
	char day[16];
	struct tm tm;
	time_t at = (time_t)(c->time + c->zone_min * 60);

	vv_buf_puts(b, gmtime_r(&at, &tm) && strftime(day, sizeof(day), "%Y-%m-%d", &tm) > 0 ? day
											     : "");
}

/* A rule that no project wrote, and that holds now. */
static bool is_other(const vv_timeline_rule *r)
{
	return !r->name && r->state == VV_TIMELINE_HOLDS;
}

static void put_rule(vv_buf *b, const vv_timeline *t, const vv_timeline_rule *r)
{
	const vv_timeline_commit *c = r->since == SIZE_MAX ? NULL : &t->commits[r->since];

	vv_buf_printf(b, "  %s",
		      !c && r->state == VV_TIMELINE_AWAY ? "never applied" : states[r->state]);
	if (c) {
		vv_buf_printf(b, " since %.10s ", c->hex);
		put_day(b, c);
		vv_buf_printf(b, " %s", vv_text_shows(c->author));
	} else if (r->state == VV_TIMELINE_HOLDS) {
		vv_buf_printf(b, " in %s", vv_text_counted(r->versions, "version", NULL));
	}
	vv_buf_puts(b, ": ");
	if (r->name) {
		vv_text_put_words(b, r->name, strlen(r->name), 0);
	} else {
		vv_buf_puts(b, r->rule);
	}
	if (r->column && (!r->name || strcmp(r->rule, "row-constraint") == 0)) {
		vv_buf_puts(b, ", column ");
		vv_text_put_words(b, r->column, strlen(r->column), 0);
	}
	if (r->state == VV_TIMELINE_AWAY) {
		vv_buf_puts(b, " (");
		vv_text_put_words(b, r->message ? r->message : "",
				  r->message ? strlen(r->message) : 0, 0);
		vv_buf_puts(b, ")");
	} else if (r->failed > 0) {
		vv_buf_puts(b, " (");
		if (r->found > 0) {
			vv_buf_printf(b, "%s now, ", vv_text_count(r->found));
		}
		vv_buf_printf(b, "failed in %s of %s)", vv_text_count(r->failed),
			      vv_text_counted(r->versions, "version", NULL));
	}
	vv_buf_putc(b, '\n');
}

static void put_json_rule(vv_json_out *w, const vv_timeline *t, const vv_timeline_rule *r)
{
	vv_json_open_object(w);
	vv_json_add_string(w, "path", r->path);
	vv_json_add_string(w, "rule", r->rule);
	if (r->name) {
		vv_json_add_string(w, "name", r->name);
	}
	if (r->column) {
		vv_json_add_string(w, "column", r->column);
	}
	vv_json_add_string(w, "severity", r->severity == VV_SEVERITY_ERROR ? "error" : "warning");
	vv_json_add_string(w, "state", states[r->state]);
	if (r->since != SIZE_MAX) {
		const vv_timeline_commit *c = &t->commits[r->since];
		vv_auto(vv_buf) day = VV_BUF_INIT;

		put_day(&day, c);
		vv_json_add_object(w, "since");
		vv_json_add_string(w, "commit", c->hex);
		vv_json_add_string(w, "date", vv_buf_cstr(&day));
		vv_json_add_string(w, "author", c->author);
		vv_json_add_string(w, "subject", c->subject);
		vv_json_close_object(w);
	}
	vv_json_add_u64(w, "findings", r->found);
	vv_json_add_u64(w, "failed", r->failed);
	vv_json_add_u64(w, "versions", r->versions);
	vv_json_close_object(w);
}

/* How often each of them failed, in one line. */
static void put_others(vv_buf *b, const vv_timeline *t, const char *path)
{
	bool any = false;

	for (const vv_rule *rule = vv_rules; rule->code; rule++) {
		size_t failed = 0;

		for (size_t i = 0; i < t->rule_count; i++) {
			const vv_timeline_rule *r = &t->rules[i];

			failed += r->path == path && is_other(r) && strcmp(r->rule, rule->code) == 0
					  ? r->failed
					  : 0;
		}
		if (failed > 0) {
			vv_buf_printf(b, "%s%s %s",
				      any ? ", " : "  hold now, and failed before: ", rule->code,
				      failed == 1 ? "once" : vv_text_counted(failed, "time", NULL));
			any = true;
		}
	}
	vv_buf_puts(b, any ? "\n" : "");
}

static void put_all(vv_buf *b, const vv_timeline *t, bool all)
{
	for (size_t i = 0; i < t->rule_count; i++) {
		const vv_timeline_rule *r = &t->rules[i];

		if (i == 0 || r->path != r[-1].path) {
			vv_text_put_escaped(b, r->path, strlen(r->path));
			vv_buf_printf(b, ": %s\n", vv_text_counted(r->versions, "version", NULL));
		}
		if (all || !is_other(r)) {
			put_rule(b, t, r);
		}
		if (!all && (i + 1 == t->rule_count || r[1].path != r->path)) {
			put_others(b, t, r->path);
		}
	}
	if (t->rule_count == 0) {
		vv_buf_printf(b, "nothing wrong in %s\n",
			      vv_text_counted(t->commit_count, "version", NULL));
	}
}

static void put_json(vv_buf *b, const vv_timeline *t, bool valid)
{
	vv_json_out w = vv_json_begin_object(b, 1);
	vv_json_add_u64(&w, "version", 1);
	vv_json_add_bool(&w, "valid", valid);
	vv_json_add_array(&w, "rules");
	for (size_t i = 0; i < t->rule_count; i++) {
		put_json_rule(&w, t, &t->rules[i]);
	}
	vv_json_close_array(&w);
	vv_json_close_object(&w);
	vv_buf_putc(b, '\n');
}

/* --- HTML ------------------------------------------------------------------------------------ */

#define TREND 24u /* versions */

/* A bar for each of the last versions: as high as it has findings. */
static void put_trend(vv_buf *b, const vv_timeline *t, const vv_timeline_rule *r)
{
	uint64_t counts[TREND] = {0}, most = 1;
	size_t last = 0, n = 0, at = SIZE_MAX;

	for (size_t i = 0; i < t->result_count; i++) {
		last += !t->results[i].count.rule &&
			vv_text_same(t->results[i].count.path, r->path);
	}
	for (size_t i = 0; i < t->result_count; i++) {
		const vv_report_count *c = &t->results[i].count;

		if (!vv_text_same(c->path, r->path)) {
			continue;
		}
		at = !c->rule && last - n++ <= TREND ? TREND - 1 - (last - n) : at;
		if (at < TREND && c->rule && !c->unread && vv_text_same(c->rule, r->rule) &&
		    vv_text_same(c->name, r->name) && vv_text_same(c->column, r->column)) {
			counts[at] += c->found;
		}
	}
	for (size_t i = 0; i < TREND; i++) {
		most = counts[i] > most ? counts[i] : most;
	}
	for (size_t i = last < TREND ? TREND - last : 0; i < TREND; i++) {
		vv_buf_printf(b, "&#%u;",
			      counts[i] == 0
				      ? 183u
				      : 0x2581u + (unsigned)((double)counts[i] / (double)most * 7));
	}
}

static void put_html_rule(vv_buf *b, const vv_timeline *t, const vv_timeline_rule *r)
{
	const vv_timeline_commit *c = r->since == SIZE_MAX ? NULL : &t->commits[r->since];

	vv_buf_puts(b, "<tr><td>");
	vv_report_put_markups(b, r->path);
	vv_buf_puts(b, "</td><td><code>");
	vv_report_put_markups(b, r->name ? r->name : r->rule);
	if (r->column && !r->name) {
		vv_buf_puts(b, " ");
		vv_report_put_markups(b, r->column);
	}
	vv_buf_printf(b, "</code></td><td class=\"%s\">%s</td><td>",
		      r->state == VV_TIMELINE_FAILS ? vv_severity_name(r->severity) : "valid",
		      states[r->state]);
	if (c) {
		put_day(b, c);
		vv_buf_puts(b, ", ");
		vv_report_put_markups(b, c->author);
		vv_buf_printf(b, ", <code>%.10s</code>", c->hex);
	} else {
		vv_buf_puts(b, "always");
	}
	vv_buf_printf(b, "</td><td class=\"n\">%s</td><td class=\"n\">%zu of %zu</td><td>",
		      vv_text_count(r->found), r->failed, r->versions);
	put_trend(b, t, r);
	vv_buf_puts(b, "</td></tr>\n");
}

void vv_check_log_html(vv_buf *out, const vv_timeline *t)
{
	size_t holds = 0;

	for (size_t i = 0; i < t->rule_count; i++) {
		holds += t->rules[i].state == VV_TIMELINE_HOLDS;
	}
	vv_buf_printf(out, "<h2>Rules</h2>\n<p>%zu of %zu hold</p>\n", holds, t->rule_count);
	if (t->rule_count == 0) return;
	vv_buf_puts(out, "<table>\n<tr><th>table</th><th>rule</th><th>state</th><th>since</th>"
			 "<th class=\"n\">findings</th><th class=\"n\">versions that failed</th>"
			 "<th>last versions</th></tr>\n");
	for (size_t i = 0; i < t->rule_count; i++) {
		put_html_rule(out, t, &t->rules[i]);
	}
	vv_buf_puts(out, "</table>\n");
}

bool vv_check_log_print(const vv_timeline *t, bool all, bool quiet, bool json)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	bool valid = true;

	for (size_t i = 0; i < t->rule_count; i++) {
		valid = valid && !(t->rules[i].state == VV_TIMELINE_FAILS &&
				   t->rules[i].severity == VV_SEVERITY_ERROR);
	}
	if (quiet) return valid;
	if (json) {
		put_json(&b, t, valid);
	} else {
		put_all(&b, t, all);
	}
	vv_out_bytes(vv_buf_cstr(&b), b.len);
	return valid;
}
