/*
 * check_reports: the files that a CI system has for reports.
 */
#include "cmd/varve/print/check_reports.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/json/json_list.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "check/report/words.h"
#include "check/rules/check.h"
#include "cmd/frame/option.h"
#include "cmd/frame/output.h"
#include "cmd/varve/print/out_format.h"
#include "lib/view/format_ending.h"
#include "lib/worktree/add_plan.h"
#include "repo/git/history/revision.h"

/* check_fault: what to type instead. */

vv_status vv_check_no_upstream(vv_repository *r, const vv_head *head, vv_error *err)
{
	static const char *const names[] = {"origin/main", "origin/master", "main", "master"};
	const char *base = "HEAD";
	vv_oid there;

	for (size_t i = sizeof(names) / sizeof(names[0]); i-- > 0;) {
		const bool own = head->branch && vv_path_ends(head->branch, names[i]);

		if (!own && vv_rev_commit(r, names[i], &there, VV_IGNORED) == VV_OK) {
			base = names[i];
		}
	}
	return vv_fail(err, VV_ENOTFOUND,
		       "--new-only compares with the upstream branch, and %s\n"
		       "name a base: --base %s",
		       head->branch ? "this branch has none" : "HEAD is detached", base);
}

vv_status vv_check_fault(vv_status rc, vv_error *err)
{
	static const char name[] = "varve.checks:";

	return rc == VV_EINPUT && strncmp(err->message, name, strlen(name)) == 0
		       ? vv_hint(err, "'varve check --suggest' prints rules that hold today")
		       : rc;
}

/* check_log: one line for each rule: since when, by whom, how often. */

static const char *const states[] = {[VV_TIMELINE_FAILS] = "fails",
				     [VV_TIMELINE_AWAY] = "no longer applies",
				     [VV_TIMELINE_HOLDS] = "holds"};

static const char *state_of(const vv_timeline_rule *r)
{
	return r->state == VV_TIMELINE_AWAY && r->since == SIZE_MAX ? "never applied"
								    : states[r->state];
}

/* The day in the author's zone. */
static void put_day(vv_buf *b, const vv_timeline_commit *c)
{
	vv_buf_puts(b, vv_text_time(c->time + c->zone_min * 60, VV_TIME_DAY));
}

/* A built-in rule that is met now. */
static bool is_other(const vv_timeline_rule *r)
{
	return !r->name && r->state == VV_TIMELINE_HOLDS;
}

static void put_rule(vv_buf *b, const vv_timeline *t, const vv_timeline_rule *r)
{
	const vv_timeline_commit *c = r->since == SIZE_MAX ? NULL : &t->commits[r->since];

	vv_buf_printf(b, "  %s", state_of(r));
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
	vv_json_put_members(
		w, {JSON_TEXT("path", r->path)}, {JSON_TEXT("rule", r->rule)},
		{JSON_TEXT_WHEN(r->name, "name", r->name)},
		{JSON_TEXT_WHEN(r->column, "column", r->column)},
		{JSON_TEXT("severity", r->severity == VV_SEVERITY_ERROR ? "error" : "warning")},
		{JSON_TEXT("state", states[r->state])});
	if (r->since != SIZE_MAX) {
		const vv_timeline_commit *c = &t->commits[r->since];
		vv_auto(vv_buf) day = VV_BUF_INIT;

		put_day(&day, c);
		vv_json_put_members(w, {JSON_OBJECT("since")}, {JSON_TEXT("commit", c->hex)},
				    {JSON_TEXT("day", vv_buf_cstr(&day))},
				    {JSON_TEXT("authorName", c->author)},
				    {JSON_TEXT("subject", c->subject)}, {JSON_END});
	}
	vv_json_put_members(w, {JSON_NUMBER("findingCount", r->found)},
			    {JSON_NUMBER("failed", r->failed)},
			    {JSON_NUMBER("versions", r->versions)});
	vv_json_close_object(w);
}

/* How often each of them failed, in one line. */
static void put_others(vv_buf *b, const vv_timeline *t, const char *path)
{
	bool any = false;

	for (const vv_rule *rule = vv_rules; rule->code; rule++) {
		size_t failed = 0;

		vv_array_each(t->rules, t->rule_count, r) {
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
	vv_array_each(t->rules, t->rule_count, r) {
		if (r == t->rules || r->path != r[-1].path) {
			vv_text_put_escaped(b, r->path, strlen(r->path));
			vv_buf_printf(b, ": %s\n", vv_text_counted(r->versions, "version", NULL));
		}
		if (all || !is_other(r)) {
			put_rule(b, t, r);
		}
		if (!all && (r + 1 == t->rules + t->rule_count || r[1].path != r->path)) {
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
	vv_json_put_members(&w, {JSON_BOOL("valid", valid)}, {JSON_ARRAY("rules")});
	vv_array_each(t->rules, t->rule_count, rule) {
		put_json_rule(&w, t, rule);
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

	vv_array_each(t->results, t->result_count, result) {
		last += !result->count.rule && vv_text_same(result->count.path, r->path);
	}
	vv_array_each(t->results, t->result_count, it) {
		const vv_report_count *c = &it->count;

		if (!vv_text_same(c->path, r->path)) {
			continue;
		}
		at = !c->rule && last - n++ <= TREND ? TREND - 1 - (last - n) : at;
		if (at < TREND && c->rule && !c->unread && vv_text_same(c->rule, r->rule) &&
		    vv_text_same(c->name, r->name) && vv_text_same(c->column, r->column)) {
			counts[at] += c->found;
		}
	}
	vv_array_each(counts, TREND, count) {
		most = *count > most ? *count : most;
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
		      state_of(r));
	if (c) {
		put_day(b, c);
		vv_buf_puts(b, ", ");
		vv_report_put_markups(b, c->author);
		vv_buf_printf(b, ", <code>%.10s</code>", c->hex);
	} else if (r->state != VV_TIMELINE_AWAY) {
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

	vv_array_each(t->rules, t->rule_count, rule) {
		holds += rule->state == VV_TIMELINE_HOLDS;
	}
	vv_buf_printf(out, "<h2>Rules</h2>\n<p>%zu of %zu hold</p>\n", holds, t->rule_count);
	if (t->rule_count == 0) return;
	vv_buf_puts(out, "<table>\n<tr><th>table</th><th>rule</th><th>state</th><th>since</th>"
			 "<th class=\"n\">findings</th><th class=\"n\">versions that failed</th>"
			 "<th>last versions</th></tr>\n");
	vv_array_each(t->rules, t->rule_count, it) {
		put_html_rule(out, t, it);
	}
	vv_buf_puts(out, "</table>\n");
}

bool vv_check_log_print(const vv_timeline *t, bool all, bool quiet, bool json)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	bool valid = true;

	vv_array_each(t->rules, t->rule_count, rule) {
		valid = valid &&
			!(rule->state == VV_TIMELINE_FAILS && rule->severity == VV_SEVERITY_ERROR);
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

/* check_explain: a line for each rule, under the table that it is about. */

void vv_explained_init(vv_explained *x, bool json)
{
	static const char *const names[] = {"scope", "reads", "groups cached", "rule"};

	*x = (vv_explained){.json = json};
	vv_aligned_init(&x->lines, vv_out_limit(), 2);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		vv_aligned_column(&x->lines, names[i], strlen(names[i]), "", i == 2,
				  i == 0 || i == 2);
	}
	x->out = vv_json_begin_array(&x->text, 1);
}

static void add_json(vv_json_out *w, const char *path, const vv_check_explained *e)
{
	vv_json_put_object(w, {JSON_TEXT("path", path)}, {JSON_TEXT("rule", e->rule)},
			   {JSON_TEXT_WHEN(e->name, "name", e->name)},
			   {JSON_TEXT("scope", e->scope)}, {JSON_TEXT("columnsRead", e->reads)},
			   {JSON_NUMBER_WHEN(e->groups > 0, "groupsKept", e->kept)},
			   {JSON_NUMBER_WHEN(e->groups > 0, "groups", e->groups)});
}

static void add_cell(vv_explained *x, const char *s)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_text_put_words(&b, s, strlen(s), 0);
	vv_aligned_cell(&x->lines, vv_buf_cstr(&b));
	x->lines.failed |= b.failed;
}

vv_status vv_explained_add(void *payload, const char *path, const vv_check_explained *e,
			   vv_error *err)
{
	vv_explained *x = payload;
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (x->json) {
		add_json(&x->out, path, e);
		return vv_buf_ok(&x->text, err);
	}
	if (strcmp(vv_buf_cstr(&x->path), path) != 0) {
		vv_buf_reset(&x->path);
		vv_buf_puts(&x->path, path);
		vv_aligned_title(&x->lines, vv_text_shows(path));
	}
	add_cell(x, e->scope);
	add_cell(x, e->reads);
	if (e->groups > 0) {
		vv_buf_printf(&b, "%s of %s", vv_text_count(e->kept), vv_text_count(e->groups));
	}
	vv_aligned_cell(&x->lines, vv_buf_cstr(&b));
	vv_buf_reset(&b);
	vv_buf_printf(&b, "%s%s%s", e->name ? e->name : "", e->name ? ": " : "", e->rule);
	add_cell(x, vv_buf_cstr(&b));
	return b.failed ? vv_fail_nomem(err) : vv_buf_ok(&x->path, err);
}

vv_status vv_explained_print(vv_explained *x, vv_error *err)
{
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_status rc = VV_OK;

	if (x->json) {
		vv_json_close_array(&x->out);
		vv_buf_putc(&x->text, '\n');
		vv_out_bytes(vv_buf_cstr(&x->text), x->text.len);
	} else if (x->path.len > 0 && (rc = vv_aligned_put(&x->lines, &out, err)) == VV_OK) {
		vv_out_bytes(vv_buf_cstr(&out), out.len);
	}
	return rc;
}

void vv_explained_clear(vv_explained *x)
{
	vv_aligned_clear(&x->lines);
	vv_buf_clear_all(&x->path, &x->text);
}

/* What GitHub takes for one step; more is dropped as a whole. */
#define SUMMARY_MAX ((uint64_t)1 << 20)

static vv_status split_report(const char *text, vv_report_form *form, const char **file,
			      vv_error *err)
{
	static const char *const forms[] = {"text",   "json",   "junit",    "sarif",
					    "github", "gitlab", "markdown", "html"};
	const char *equals = strchr(text, '=');
	const char *format = equals ? NULL : vv_format_ending(text);
	char name[32];

	*file = text;
	if (format && vv_report_form_parse(form, format, strlen(format))) return VV_OK;
	if (!equals || !equals[1]) {
		vv_fail(err, VV_EUSAGE, "--output requires FORMAT=FILE, not '%s'",
			vv_text_shows(text));
		return equals ? VV_EUSAGE
			      : vv_hint(err, "did you mean 'varve check --output json=%s'?",
					vv_text_shows(text));
	}
	*file = equals + 1;
	if (vv_report_form_parse(form, text, (size_t)(equals - text))) return VV_OK;
	vv_fail(err, VV_EUSAGE, "--output has no format '%s'",
		vv_text_show(text, (size_t)(equals - text)));
	size_t len = (size_t)(equals - text) < sizeof(name) ? (size_t)(equals - text)
							    : sizeof(name) - 1;
	memcpy(name, text, len);
	name[len] = '\0';
	vv_nearest near = vv_nearest_to(name);
	vv_array_each(forms, sizeof(forms) / sizeof(forms[0]), it) {
		(void)vv_nearest_try(&near, *it);
	}
	return near.best ? vv_hint(err, "did you mean '%s'?", near.best)
			 : vv_hint(err, "the formats are %s", VV_REPORT_FORMS);
}

int vv_check_output_names(const vv_context *c, const vv_strings *outputs)
{
	const vv_out_formats formats = {
		.command = c, .choices = VV_REPORT_FORMS, .instead = "html"};

	vv_array_each(outputs->items, outputs->count, it) {
		const char *format = NULL;

		if (!strchr(*it, '=') &&
		    vv_out_format_choose(&format, *it, &formats) != VV_EXIT_OK) {
			return VV_EXIT_TROUBLE;
		}
	}
	return VV_EXIT_OK;
}

vv_status vv_check_output_parse(const vv_strings *outputs, vv_error *err)
{
	vv_report_form form;
	const char *file;
	vv_status rc;

	vv_array_each(outputs->items, outputs->count, it) {
		if ((rc = split_report(*it, &form, &file, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status append_summary(const char *file, const vv_buf *text, vv_error *err)
{
	vv_stat st;
	int fd = vv_open(file, O_WRONLY | O_APPEND | O_CREAT, 0666, err);

	if (fd < 0) return (vv_status)fd;
	vv_status rc = vv_fstat(&st, fd, file, err);
	if (rc == VV_OK && st.size + text->len > SUMMARY_MAX) {
		vv_warn("the job summary is full: the report was not added to it");
	} else if (rc == VV_OK) {
		rc = vv_write_full(fd, vv_buf_cstr(text), text->len, file, err);
	}
	return vv_close_after(rc, fd, file, err);
}

static vv_status write_summary(vv_check_report *r, vv_error *err)
{
	const char *file = getenv("GITHUB_STEP_SUMMARY");
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	if (!file || !*file) return VV_OK;
	if ((rc = vv_report_write(r, VV_REPORT_MARKDOWN, &text, err)) == VV_OK) {
		vv_buf_putc(&text, '\n');
		if ((rc = append_summary(file, &text, err)) < 0) {
			vv_prefix(err, "GITHUB_STEP_SUMMARY");
		}
	}
	return rc;
}

/* payload: the new file, which takes a report piece by piece. */
static vv_status put_file(void *payload, const char *bytes, size_t len, vv_error *err)
{
	return vv_new_file_put(payload, bytes, len, err);
}

static vv_status write_file(vv_check_report *r, vv_report_form form, const char *file,
			    vv_error *err)
{
	vv_auto(vv_new_file) f = {0};
	vv_status rc;

	if ((rc = vv_new_file_beside(&f, file, ".varve-check-", err)) < 0 ||
	    (rc = vv_report_stream(r, form, put_file, &f, err)) < 0 ||
	    (rc = vv_new_file_end(&f, false, err)) < 0) {
		return rc;
	}
	return vv_new_file_place(&f, file, err);
}

static vv_status put_stdout(void *payload VV_UNUSED, const char *bytes, size_t len,
			    vv_error *err VV_UNUSED)
{
	vv_out_bytes(bytes, len);
	return VV_OK; /* that it failed is reported at the end */
}

vv_status vv_check_output_write(const vv_check_output *o, vv_check_report *r, vv_error *err)
{
	bool github = o->form == VV_REPORT_GITHUB;
	vv_report_form form;
	const char *file;
	vv_status rc = VV_OK;

	vv_report_look(r, false, 0); /* of files */
	for (size_t i = 0; rc == VV_OK && i < o->outputs->count; i++) {
		if ((rc = split_report(o->outputs->items[i], &form, &file, err)) == VV_OK &&
		    (rc = write_file(r, form, file, err)) == VV_OK) {
			github = github || form == VV_REPORT_GITHUB;
		}
	}
	if (rc == VV_OK && github) {
		rc = write_summary(r, err);
	}
	if (rc == VV_OK && !o->quiet) {
		vv_report_look(r, *vv_color_on(VV_RED) != '\0', vv_out_limit());
		rc = vv_report_stream(r, o->form, put_stdout, NULL, err);
	}
	return rc;
}

/* Tables that were not added: the first, and their number. */
typedef struct untracked {
	char *first;
	size_t count;
} untracked;

static vv_status on_untracked(void *payload, const char *path, vv_error *err)
{
	untracked *u = payload;

	if (!vv_add_looks_like_table(path)) return VV_OK;
	u->first = u->count++ == 0 ? vv_strdup(path) : u->first;
	return vv_alloc_ok(u->first, err);
}

void vv_check_warn_no_tables(vv_repository *r)
{
	vv_auto(vv_index) *x = NULL;
	untracked u = {NULL, 0};
	vv_error why;

	if (r && vv_index_open(&x, r, &why) == VV_OK) {
		(void)vv_untracked_each(x, "", true, on_untracked, &u, &why);
	}
	if (u.count > 1) {
		vv_warn("no tables to check: %s and %s more are not added", vv_text_shows(u.first),
			vv_text_count(u.count - 1));
	} else if (u.first) {
		vv_warn("no tables to check: %s is not added", vv_text_shows(u.first));
	} else {
		vv_warn("no tables to check");
	}
	if (u.first) {
		vv_notes_hint(&vv_notes_stderr, VV_HINT_ADD, u.first);
	}
	vv_free(u.first);
}
