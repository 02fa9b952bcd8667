/*
 * sarif: SARIF 2.1.0 (OASIS), as GitHub's code scanning reads it.
 */
#include <string.h>

#include "base/json/json_list.h"
#include "base/text.h"
#include "check/report/items.h"
#include "check/report/words.h"
#include "check/report/writers.h"

#define SCHEMA                                                                                     \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#define RESULTS_MAX 25000u /* GitHub refuses a run with more */

/* A path as a relative URI. */
static void put_uri(vv_json_out *w, const char *path)
{
	vv_auto(vv_buf) b = VV_BUF_FOR(w->buf);

	for (const char *p = path; *p; p++) {
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		    (*p >= '0' && *p <= '9') || strchr("-._~/", *p)) {
			vv_buf_putc(&b, *p);
		} else {
			vv_buf_printf(&b, "%%%02X", (unsigned char)*p);
		}
	}
	vv_json_put_members(w, {REPORT_TEXT("uri", vv_buf_cstr(&b))});
}

static void put_text(vv_json_out *w, const char *name, const char *text, size_t len)
{
	vv_json_add_object(w, name);
	vv_json_name(w, "text");
	vv_report_put_json(w, text, len, false);
	vv_json_close_object(w);
}

static void put_rules(vv_json_out *w)
{
	vv_json_add_array(w, "rules");
	for (const vv_rule *r = vv_rules; r->code; r++) {
		vv_json_open_object(w);
		vv_json_put_members(w, {REPORT_TEXT("id", r->code)});
		put_text(w, "shortDescription", r->title, strlen(r->title));
		put_text(w, "fullDescription", r->what, strlen(r->what));
		vv_json_put_members(
			w, {JSON_OBJECT("defaultConfiguration")},
			{JSON_TEXT("level",
				   r->by_default == VV_SEVERITY_WARNING ? "warning" : "error")},
			{JSON_END}, {JSON_END});
	}
	vv_json_close_array(w);
}

static void put_location(vv_json_out *w, const vv_report_dataset *d, uint64_t line)
{
	vv_json_add_array(w, "locations");
	vv_json_open_object(w);
	vv_json_put_members(w, {JSON_OBJECT("physicalLocation")},
			    {JSON_OBJECT("artifactLocation")});
	put_uri(w, d->path);
	vv_json_close_object(w);
	vv_json_put_members(w, {JSON_OBJECT("region")}, {JSON_NUMBER("startLine", line)},
			    {JSON_END}, {JSON_END}, {JSON_END});
	vv_json_close_array(w);
}

static void put_properties(vv_json_out *w, const vv_report_dataset *d, const vv_report_group *g,
			   const vv_report_item *i, uint64_t left)
{
	vv_json_put_members(w, {JSON_OBJECT("properties")}, {REPORT_TEXT("commit", d->commit)},
			    {REPORT_TEXT("column", g->column)},
			    {JSON_NUMBER_WHEN(i && i->row > 0, "row", i->row)});
	if (i && i->key) {
		vv_json_name(w, "key");
		vv_report_put_json(w, i->key, i->key_len, i->key_cut);
	}
	if (i && i->value) {
		vv_json_name(w, "value");
		vv_report_put_json(w, i->value, i->value_len, i->value_cut);
	}
	if (!i) {
		vv_json_add_u64(w, "count", left);
	}
	vv_json_close_object(w);
}

static void put_level(vv_json_out *w, const vv_report_group *g, vv_severity severity)
{
	vv_json_put_members(
		w, {REPORT_TEXT("ruleId", g->code)},
		{JSON_NUMBER_WHEN(g->rule, "ruleIndex", (uint64_t)(g->rule - vv_rules))},
		{JSON_TEXT("level", severity == VV_SEVERITY_ERROR ? "error" : "warning")});
}

static void put_item(vv_json_out *w, const vv_check_report *r, const vv_report_dataset *d,
		     const vv_report_group *g, const vv_report_item *i)
{
	vv_auto(vv_buf) text = VV_BUF_FOR(w->buf);

	vv_json_open_object(w);
	put_level(w, g, i->severity);
	vv_report_put_item(&text, g, i);
	put_text(w, "message", vv_buf_cstr(&text), text.len);
	put_location(w, d, vv_report_shown_line(g, i));
	vv_json_put_members(w, {JSON_OBJECT("partialFingerprints")},
			    {REPORT_TEXT("varveFinding/v1", i->print)}, {JSON_END});
	if (r->options.new_only) {
		vv_json_put_members(w, {JSON_TEXT("baselineState", "new")});
	}
	if (i->accepted) {
		vv_json_add_array(w, "suppressions");
		vv_json_put_object(w, {JSON_TEXT("kind", "external")},
				   {REPORT_TEXT("justification", i->accepted)});
		vv_json_close_array(w);
	}
	put_properties(w, d, g, i, 0);
	vv_json_close_object(w);
}

/* Counts unlisted findings in one separate result. */
static void put_more(vv_json_out *w, const vv_report_dataset *d, const vv_report_group *g,
		     uint64_t left)
{
	vv_auto(vv_buf) text = VV_BUF_FOR(w->buf);

	vv_buf_printf(&text, "%s more of %s", vv_text_count(left), g->code);
	if (g->column) {
		vv_buf_puts(&text, " in column ");
		vv_text_put_escaped(&text, g->column, strlen(g->column));
	}
	vv_json_open_object(w);
	put_level(w, g, g->severity);
	put_text(w, "message", vv_buf_cstr(&text), text.len);
	put_location(w, d, vv_report_shown_line(g, NULL));
	put_properties(w, d, g, NULL, left);
	vv_json_close_object(w);
}

/* Results left for findings: each group may need one to count the unlisted. */
static uint64_t room_for_items(const vv_check_report *r)
{
	uint64_t groups = 0;

	for (const vv_report_dataset *d = r->first; d; d = d->next) {
		for (const vv_report_group *g = d->first; g; g = g->next) {
			groups += vv_report_found(g) > 0;
		}
	}
	return groups < RESULTS_MAX ? RESULTS_MAX - groups : 0;
}

/* Returns how many findings no result covers: not 0 only if there are too many groups even for counts. */
static uint64_t put_results(vv_json_out *w, const vv_check_report *r)
{
	uint64_t room = room_for_items(r), count = 0, untold = 0;

	vv_json_add_array(w, "results");
	for (const vv_report_dataset *d = r->first; d; d = d->next) {
		for (const vv_report_group *g = d->first; g; g = g->next) {
			uint64_t left = vv_report_found(g);

			for (const vv_report_item *i = g->first; i && room > 0; i = i->next) {
				put_item(w, r, d, g, i);
				room--;
				count++;
				left--;
				vv_report_drain(r, w->buf);
			}
			if (left > 0 && count < RESULTS_MAX) {
				put_more(w, d, g, left);
				count++;
			} else {
				untold += left;
			}
		}
	}
	vv_json_close_array(w);
	return untold;
}

vv_status vv_report_sarif(const vv_check_report *r, vv_buf *out, vv_error *err)
{
	vv_json_out w = vv_json_begin_object(out, 1);
	vv_json_put_members(&w, {JSON_TEXT("$schema", SCHEMA)}, {JSON_TEXT("version", "2.1.0")},
			    {JSON_ARRAY("runs")});
	vv_json_open_object(&w);
	vv_json_put_members(&w, {JSON_OBJECT("tool")}, {JSON_OBJECT("driver")},
			    {JSON_TEXT("name", "varve check")},
			    {JSON_TEXT("version", VARVE_VERSION)});
	put_rules(&w);
	vv_json_close_object(&w);
	vv_json_close_object(&w);
	vv_json_put_members(&w, {JSON_TEXT("columnKind", "utf16CodeUnits")});
	uint64_t untold = put_results(&w, r);
	if (untold > 0) {
		vv_json_put_members(&w, {JSON_OBJECT("properties")},
				    {JSON_NUMBER("untold", untold)}, {JSON_END});
	}
	vv_json_close_object(&w);
	vv_json_close_array(&w);
	vv_json_close_object(&w);
	vv_buf_putc(out, '\n');
	return vv_buf_ok(out, err);
}
