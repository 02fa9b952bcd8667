/*
 * json: the report for scripts. Its members stand in docs/check.md.
 */
#include <string.h>

#include "lib/work/report/items.h"
#include "lib/work/report/words.h"
#include "lib/work/report/writers.h"

static void put_number(vv_json_out *w, const char *name, uint64_t n)
{
	vv_json_name(w, name);
	vv_json_u64(w, n);
}

static void put_item(vv_json_out *w, const vv_report_group *g, const vv_report_item *i)
{
	vv_json_open_object(w);
	vv_report_json_text(w, "rule", g->code);
	vv_report_json_text(w, "severity", vv_severity_name(i->severity));
	vv_report_json_text(w, "column", g->column);
	if (i->line > 0) {
		put_number(w, "line", i->line);
	}
	if (i->row > 0) {
		put_number(w, "row", i->row);
	}
	if (i->key) {
		vv_json_name(w, "key");
		vv_report_put_json(w, i->key, i->key_len, i->key_cut);
	}
	if (i->value) {
		vv_json_name(w, "value");
		vv_report_put_json(w, i->value, i->value_len, i->value_cut);
	}
	vv_report_json_text(w, "message", i->message);
	vv_report_json_text(w, "expected", i->expected);
	vv_report_json_text(w, "accepted", i->accepted);
	vv_report_json_text(w, "fingerprint", i->print);
	vv_json_close_object(w);
}

static void put_group(vv_json_out *w, const vv_report_group *g)
{
	vv_json_open_object(w);
	vv_report_json_text(w, "rule", g->code);
	vv_report_json_text(w, "title", vv_report_title(g));
	vv_report_json_text(w, "column", g->column);
	vv_report_json_text(w, "severity", vv_severity_name(g->severity));
	put_number(w, "errors", g->errors);
	put_number(w, "warnings", g->warnings);
	put_number(w, "known", g->known);
	put_number(w, "accepted", g->accepted);
	put_number(w, "listed", g->kept);
	put_number(w, "unlisted", vv_report_unlisted(g));
	vv_json_close_object(w);
}

static void put_dataset(vv_json_out *w, const vv_check_report *r, const vv_report_dataset *d)
{
	vv_json_open_object(w);
	vv_report_json_text(w, "path", d->path);
	vv_report_json_text(w, "commit", d->commit);
	vv_report_json_text(w, "base", d->base);
	put_number(w, "rows", d->rows);
	put_number(w, "columns", d->columns);
	put_number(w, "groups", d->groups);
	put_number(w, "groupsRead", d->groups_read);
	vv_json_name(w, "valid");
	vv_json_bool(w, vv_report_passes(r, d->errors, d->warnings));
	put_number(w, "errors", d->errors);
	put_number(w, "warnings", d->warnings);
	put_number(w, "known", d->known);
	put_number(w, "accepted", d->accepted);
	vv_json_name(w, "rules");
	vv_json_open_array(w);
	for (const vv_report_group *g = d->first; g; g = g->next) {
		put_group(w, g);
	}
	vv_json_close_array(w);
	vv_json_name(w, "findings");
	vv_json_open_array(w);
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
	vv_json_out w;

	vv_json_out_init(&w, out, 1);
	vv_json_open_object(&w);
	put_number(&w, "version", 1);
	vv_json_name(&w, "valid");
	vv_json_bool(&w, vv_report_passes(r, r->totals.errors, r->totals.warnings));
	vv_report_json_text(&w, "failOn", vv_severity_name(r->options.fail_on));
	vv_json_name(&w, "newOnly");
	vv_json_bool(&w, r->options.new_only);
	vv_json_name(&w, "totals");
	vv_json_open_object(&w);
	put_number(&w, "datasets", t->datasets);
	put_number(&w, "invalid", t->invalid);
	put_number(&w, "commits", t->commits);
	put_number(&w, "errors", t->errors);
	put_number(&w, "warnings", t->warnings);
	put_number(&w, "known", t->known);
	put_number(&w, "accepted", t->accepted);
	vv_json_close_object(&w);
	vv_json_name(&w, "datasets");
	vv_json_open_array(&w);
	for (const vv_report_dataset *d = r->first; d; d = d->next) {
		put_dataset(&w, r, d);
	}
	vv_json_close_array(&w);
	vv_json_close_object(&w);
	vv_buf_putc(out, '\n');
	return vv_buf_ok(out, err);
}
