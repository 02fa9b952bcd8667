/*
 * check: the verdict on a version, and its findings with their rows.
 */
#include "cmd/web/model/check.h"
#include "base/array.h"
#include "base/show.h"
#include "cmd/web/model/changes.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"

#define FINDINGS 1000u /* of all; totals count the rest */

static const char *verdict_text(vv_page *p, const vv_web_check *k)
{
	if (!k->known) {
		return k->gap ? vv_page_text(p, "not possible: %s", vv_web_gap_words(k->gap))
			      : "not finished within the time limit of this page";
	}
	if (k->queries_left > 0) {
		return vv_page_text(p, "%s, %s, %s not run",
				    vv_text_counted(k->errors, "error", NULL),
				    vv_text_counted(k->warnings, "warning", NULL),
				    vv_text_counted(k->queries_left, "query", "queries"));
	}
	if (k->valid && k->errors + k->warnings == 0) return "valid";
	return vv_page_text(p, "%s, %s, %s", k->valid ? "valid" : "not valid",
			    vv_text_counted(k->errors, "error", NULL),
			    vv_text_counted(k->warnings, "warning", NULL));
}

void vv_page_put_verdict(vv_page *p, vv_html *h, const vv_web_commit *c)
{
	const char *at = vv_page_to(p, VV_WEB_AT_CHECK, c->hex, NULL);
	vv_web_check k;

	if (!at || c->none || c->work) return;
	bool known = vv_web_check_read(p->asked->visit, c, false, &k, VV_IGNORED) == VV_OK &&
		     k.known;
	part_words(h, .text = "Check: ");
	part_link(h, .at = at, .text = known ? verdict_text(p, &k) : "not known yet");
}

typedef struct findings {
	vv_page *page;
	size_t count;
} findings;

static vv_status put_finding(void *payload, const vv_report_entry *e, vv_error *err VV_UNUSED)
{
	findings *f = payload;
	vv_page *p = f->page;
	const vv_web_commit *c = &p->asked->commit;

	if (f->count++ >= FINDINGS) return VV_OK;
	const char *kind = e->severity == VV_SEVERITY_ERROR ? "error" : "warning";
	const char *row_at = NULL, *row = NULL, *value = NULL;

	if (e->accepted) {
		kind = "accepted";
	}
	if (e->row > 0) {
		row_at = vv_page_to_row(p, c, e->path, NULL, e->row - 1);
		row = vv_page_text(p, "row %s", vv_text_count(e->row));
	}
	if (e->value) {
		value = vv_page_text(p, "%.*s", (int)e->value_len, e->value);
	}
	part_finding(&p->html, .rule = e->rule, .kind = kind, .path = e->path,
		     .at = vv_page_to(p, VV_WEB_AT_TABLE, c->hex, e->path), .row_at = row_at,
		     .row = row, .column = e->column, .value = value, .message = e->message);
	return VV_OK;
}

/* "fails since 3 Mar 2024, Ada": a link to the version with which it began. */
static void put_rule(vv_page *p, const vv_timeline *t, const vv_timeline_rule *r)
{
	static const char *const states[] = {[VV_TIMELINE_FAILS] = "fails",
					     [VV_TIMELINE_AWAY] = "no longer applies",
					     [VV_TIMELINE_HOLDS] = "holds"};
	const vv_timeline_commit *c = r->since == SIZE_MAX ? NULL : &t->commits[r->since];
	const char *at = NULL, *day = NULL, *author = NULL, *failed = "no version";

	if (c) {
		const vv_web_commit then = {.time = c->time, .offset_min = c->zone_min};

		at = vv_page_to(p, VV_WEB_AT_CHECK, c->hex, NULL);
		day = vv_page_day(p, &then);
		author = c->author;
	}
	if (r->failed > 0) {
		failed = vv_page_text(p, "%zu of %s", r->failed,
				      vv_text_counted(r->versions, "version", NULL));
	}
	part_rule(&p->html, .name = r->name ? r->name : r->rule, .path = r->path,
		  .column = r->name ? NULL : r->column, .state = states[r->state], .at = at,
		  .day = day, .author = author, .failed = failed);
}

/* Those of the project, and those that failed once. */
static void put_rules(vv_page *p, const vv_web_check *k)
{
	const vv_timeline *t = k->rules;

	if (!t && k->gap) {
		part_note(&p->html,
			  .text = vv_page_text(
				  p, "Older versions could not be checked, since their %s.",
				  vv_web_gap_words(k->gap)),
			  .hint = vv_page_gap_hint(p, k->gap));
		return;
	}
	if (!t) {
		part_note(
			&p->html,
			.text = "Older versions are still being checked. Reload the page to see since when each rule holds.");
		p->passing = true;
		return;
	}
	if (t->rule_count == 0) {
		part_note(&p->html, .text = "The project has no rules of its own yet.",
			  .hint = "'varve check --suggest' prints rules that held in all "
				  "versions.");
		return;
	}
	part_subtitle(&p->html, .text = "Rules", .id = "rules");
	part_rules_begin(&p->html);
	vv_array_each(t->rules, t->rule_count, rule) {
		put_rule(p, t, rule);
	}
	part_rules_end(&p->html);
}

vv_status vv_page_check(vv_page *p, vv_buf *out, vv_error *err)
{
	findings all = {p, 0};
	const vv_web_commit *c = &p->asked->commit;
	vv_web_check k;
	vv_status rc;

	if (c->none || c->work) {
		return vv_fail(err, VV_EUSAGE, "only commits have a page of their check");
	}
	if ((rc = vv_web_check_read(p->asked->visit, c, true, &k, err)) < 0) return rc;
	const char *words = vv_page_text(p, "Check: %s", verdict_text(p, &k));
	p->passing = p->passing || !k.known;
	vv_page_begin(
		p, &(vv_page_frame){
			   .title = words, .description = words, .heading = "Check", .version = c});
	part_said(&p->html, .text = words);
	part_trouble_lead(
		&p->html,
		.text = vv_page_text(
			p,
			"Checked in %s: types, keys, the rules of the project, and changes since the previous version.",
			k.known ? vv_text_counted(k.tables, "table", NULL)
				: "the tables of this version"));
	if (!k.known && k.gap) {
		part_note(
			&p->html,
			.text = k.gap == VV_GAP_EXPIRED
					? "Rows of this version, or of the one before it, have expired."
					: "Data of this version, or of the one before it, is missing.",
			.hint = vv_page_gap_hint(p, k.gap));
	} else if (!k.known) {
		part_note(&p->html,
			  .text = "Reload the page to continue the check, or run 'varve check'.");
	} else if (k.errors + k.warnings + k.accepted > 0) {
		part_findings_begin(&p->html);
		if ((rc = vv_report_each(k.report, put_finding, &all, err)) < 0) return rc;
		part_findings_end(&p->html);
	}
	if (k.known) {
		put_rules(p, &k);
	}
	return vv_page_end(p, out, err);
}
