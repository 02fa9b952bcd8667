/*
 * json: the report for scripts. Its members stand in docs/use/check.md.
 */
#include <string.h>

#include "check/report/items.h"
#include "check/report/words.h"
#include "check/report/writers.h"

static void put_item(vv_json_out *w, const vv_report_group *g, const vv_report_item *i)
{
	vv_json_open_object(w);
	vv_report_json_text(w, "rule", g->code);
	vv_report_json_text(w, "name", g->name);
	vv_report_json_text(w, "severity", vv_severity_name(i->severity));
	vv_report_json_text(w, "column", g->column);
	if (i->line > 0) {
		vv_json_add_u64(w, "line", i->line);
	}
	if (i->row > 0) {
		vv_json_add_u64(w, "row", i->row);
	}
	if (i->key) {
		vv_json_name(w, "keyText");
		vv_report_put_json(w, i->key, i->key_len, i->key_cut);
	}
	if (i->value) {
		vv_json_name(w, "value");
		vv_report_put_json(w, i->value, i->value_len, i->value_cut);
	}
	vv_report_json_text(w, "message", i->message);
	vv_report_json_text(w, "probably", i->probably);
	vv_report_json_text(w, "expected", i->expected);
	vv_report_json_text(w, "intended", i->intended);
	vv_report_json_text(w, "acceptedWhy", i->accepted);
	vv_report_json_text(w, "fingerprint", i->print);
	vv_json_close_object(w);
}

static void put_group(vv_json_out *w, const vv_report_group *g)
{
	vv_json_open_object(w);
	vv_report_json_text(w, "rule", g->code);
	vv_report_json_text(w, "name", g->name);
	vv_report_json_text(w, "title", vv_report_title(g));
	vv_report_json_text(w, "column", g->column);
	vv_report_json_text(w, "severity", vv_severity_name(g->severity));
	vv_json_add_u64(w, "errors", g->errors);
	vv_json_add_u64(w, "warnings", g->warnings);
	vv_json_add_u64(w, "known", g->known);
	vv_json_add_u64(w, "accepted", g->accepted);
	vv_json_add_u64(w, "listed", g->kept);
	vv_json_add_u64(w, "unlisted", vv_report_unlisted(g));
	vv_json_close_object(w);
}

static void put_dataset(vv_json_out *w, const vv_check_report *r, const vv_report_dataset *d)
{
	vv_json_open_object(w);
	vv_report_json_text(w, "path", d->path);
	vv_report_json_text(w, "commit", d->commit);
	vv_report_json_text(w, "baseCommit", d->base);
	vv_json_add_u64(w, "rowCount", d->rows);
	vv_json_add_u64(w, "columnCount", d->columns);
	vv_json_add_u64(w, "groups", d->groups);
	vv_json_add_u64(w, "groupsRead", d->groups_read);
	vv_json_add_bool(w, "valid", vv_report_passes(r, d->errors, d->warnings));
	vv_json_add_u64(w, "errors", d->errors);
	vv_json_add_u64(w, "warnings", d->warnings);
	vv_json_add_u64(w, "known", d->known);
	vv_json_add_u64(w, "accepted", d->accepted);
	vv_json_add_array(w, "rules");
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
	vv_json_add_bool(&w, "valid", vv_report_passes(r, r->totals.errors, r->totals.warnings));
	vv_report_json_text(&w, "failOn", vv_severity_name(r->options.fail_on));
	vv_json_add_bool(&w, "newOnly", r->options.new_only);
	vv_json_add_object(&w, "totals");
	vv_json_add_u64(&w, "datasetCount", t->datasets);
	vv_json_add_u64(&w, "invalid", t->invalid);
	vv_json_add_u64(&w, "commits", t->commits);
	vv_json_add_u64(&w, "errors", t->errors);
	vv_json_add_u64(&w, "warnings", t->warnings);
	vv_json_add_u64(&w, "known", t->known);
	vv_json_add_u64(&w, "accepted", t->accepted);
	vv_json_close_object(&w);
	vv_json_add_array(&w, "datasets");
	for (const vv_report_dataset *d = r->first; d; d = d->next) {
		put_dataset(&w, r, d);
	}
	vv_json_close_array(&w);
	vv_json_close_object(&w);
	vv_buf_putc(out, '\n');
	return vv_buf_ok(out, err);
}
