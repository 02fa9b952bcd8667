/*
 * json: the report for scripts. Its members are in docs/use/check.md.
 */
#include <string.h>

#include "base/json/json_list.h"
#include "check/report/items.h"
#include "check/report/words.h"
#include "check/report/writers.h"

static void put_item(vv_json_out *w, const vv_report_group *g, const vv_report_item *i)
{
	vv_json_open_object(w);
	vv_json_put_members(w, {REPORT_TEXT("rule", g->code)}, {REPORT_TEXT("name", g->name)},
			    {REPORT_TEXT("severity", vv_severity_name(i->severity))},
			    {REPORT_TEXT("column", g->column)},
			    {JSON_NUMBER_WHEN(i->line > 0, "line", i->line)},
			    {JSON_NUMBER_WHEN(i->row > 0, "row", i->row)});
	if (i->key) {
		vv_json_name(w, "keyText");
		vv_report_put_json(w, i->key, i->key_len, i->key_cut);
	}
	if (i->value) {
		vv_json_name(w, "value");
		vv_report_put_json(w, i->value, i->value_len, i->value_cut);
	}
	vv_json_put_members(
		w, {REPORT_TEXT("message", i->message)}, {REPORT_TEXT("probably", i->probably)},
		{REPORT_TEXT("expected", i->expected)}, {REPORT_TEXT("intended", i->intended)},
		{REPORT_TEXT("acceptedWhy", i->accepted)}, {REPORT_TEXT("fingerprint", i->print)});
	vv_json_close_object(w);
}

static void put_group(vv_json_out *w, const vv_report_group *g)
{
	vv_json_put_object(
		w, {REPORT_TEXT("rule", g->code)}, {REPORT_TEXT("name", g->name)},
		{REPORT_TEXT("title", vv_report_title(g))}, {REPORT_TEXT("column", g->column)},
		{REPORT_TEXT("severity", vv_severity_name(g->severity))},
		{JSON_NUMBER("errors", g->errors)}, {JSON_NUMBER("warnings", g->warnings)},
		{JSON_NUMBER("known", g->known)}, {JSON_NUMBER("accepted", g->accepted)},
		{JSON_NUMBER("listed", g->kept)}, {JSON_NUMBER("unlisted", vv_report_unlisted(g))});
}

static void put_dataset(vv_json_out *w, const vv_check_report *r, const vv_report_dataset *d)
{
	vv_json_open_object(w);
	vv_json_put_members(w, {REPORT_TEXT("path", d->path)}, {REPORT_TEXT("commit", d->commit)},
			    {REPORT_TEXT("baseCommit", d->facts.base_commit)},
			    {JSON_NUMBER("rowCount", d->facts.rows)},
			    {JSON_NUMBER("columnCount", d->facts.columns)},
			    {JSON_NUMBER("groups", d->facts.groups)},
			    {JSON_NUMBER("groupsRead", d->facts.groups_read)},
			    {JSON_BOOL("valid", vv_report_passes(r, d->errors, d->warnings))},
			    {JSON_NUMBER("errors", d->errors)},
			    {JSON_NUMBER("warnings", d->warnings)},
			    {JSON_NUMBER("known", d->known)},
			    {JSON_NUMBER("accepted", d->accepted)}, {JSON_ARRAY("rules")});
	for (const vv_report_group *g = d->first; g; g = g->next) {
		put_group(w, g);
	}
	vv_json_close_array(w);
	vv_json_add_array(w, "findings");
	for (const vv_report_group *g = d->first; g; g = g->next) {
		for (const vv_report_item *i = g->first; i; i = i->next) {
			put_item(w, g, i);
			vv_report_drain(r, w->buf);
		}
	}
	vv_json_close_array(w);
	vv_json_close_object(w);
}

vv_status vv_report_json(const vv_check_report *r, vv_buf *out, vv_error *err)
{
	const vv_report_totals *t = &r->totals;

	vv_json_out w = vv_json_begin_object(out, 1);
	vv_json_put_members(
		&w, {JSON_BOOL("valid", vv_report_passes(r, r->totals.errors, r->totals.warnings))},
		{REPORT_TEXT("failOn", vv_severity_name(r->options.fail_on))},
		{JSON_BOOL("newOnly", r->options.new_only)}, {JSON_OBJECT("totals")},
		{JSON_NUMBER("datasetCount", t->datasets)}, {JSON_NUMBER("invalid", t->invalid)},
		{JSON_NUMBER("commits", t->commits)}, {JSON_NUMBER("errors", t->errors)},
		{JSON_NUMBER("warnings", t->warnings)}, {JSON_NUMBER("known", t->known)},
		{JSON_NUMBER("accepted", t->accepted)}, {JSON_END}, {JSON_ARRAY("datasets")});
	for (const vv_report_dataset *d = r->first; d; d = d->next) {
		put_dataset(&w, r, d);
	}
	vv_json_close_array(&w);
	vv_json_close_object(&w);
	vv_buf_putc(out, '\n');
	return vv_buf_ok(out, err);
}
