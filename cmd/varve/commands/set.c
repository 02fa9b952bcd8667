/*
 * set: one row of a table set, put in (set) or deleted (delete).
 */
#include <string.h>

#include "base/json/json.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/edit/row_set.h"

typedef struct options {
	const char *condition, *format;
	bool all, quiet;
} options;

static const vv_option set_table[] = {
	OPT_STRING(0, "if", condition, "COND",
		   "only if this is true of the row, as in 'owner is null'"),
	OPT_FLAG(0, "all", all, "every row with this key, where a key repeats"),
	OPT_FLAG('q', "quiet", quiet,
		 "print nothing but errors and, if COND does not hold, the row"),
	OPT_JSON("the output format"),
};

static const char *const set_words[] = {[VV_SET_NOTHING] = "is as it was",
					[VV_SET_CELLS] = "changed",
					[VV_SET_ADDED] = "added",
					[VV_SET_REMOVED] = "deleted"};

static void print_text(const vv_context *c, const vv_row_set_result *r)
{
	const options *o = c->options;
	const char *path = vv_text_shows(c->argv[0]), *row = vv_text_shows(c->argv[1]);

	if (r->done == VV_SET_NOT_SO) {
		if (r->json.len > 0) {
			vv_out("%s\n", r->json.data);
		}
		vv_note("%s: row %s: %s", path, row,
			r->json.len > 0 ? "the condition does not hold" : "no row has this key");
	} else if (!o->quiet && r->rows > 1) {
		vv_note("%s: row %s: %s, %zu rows", path, row, set_words[r->done], r->rows);
	} else if (!o->quiet) {
		vv_note("%s: %s %s: %s", path, r->done == VV_SET_ADDED ? "new row" : "row", row,
			set_words[r->done]);
	}
}

static vv_status print_json(const vv_row_set_result *r, vv_error *err)
{
	static const char *const words[] = {"unchanged", "changed", "added", "deleted", "refused"};
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_json_out w = vv_json_begin_object(&b, 0);
	vv_json_add_string(&w, "outcome", words[r->done]);
	vv_json_name(&w, "cells");
	if (r->json.len > 0) {
		vv_json_raw(&w, r->json.data, r->json.len);
	} else {
		vv_json_null(&w);
	}
	vv_json_add_u64(&w, "rowsChanged", r->rows);
	vv_json_close_object(&w);
	return vv_out_json(&b, err);
}

static vv_status run(vv_context *c, bool remove, vv_error *err)
{
	const options *o = c->options;
	const vv_row_set s = {.repo = c->repo,
			      .reader = c->reader,
			      .path = c->argv[0],
			      .row = c->argv[1],
			      .values = (const char *const *)c->argv + 2,
			      .count = (size_t)c->argc - 2,
			      .remove = remove,
			      .all = o->all,
			      .condition = o->condition};
	vv_auto(vv_row_set_result) r = {.rows = 0};
	vv_status rc = vv_row_set_run(&r, &s, err);

	if (rc == VV_ECONFLICT) {
		return vv_hint(err, "--all %s all of them", remove ? "deletes" : "sets");
	}
	if (rc < 0) return rc;
	c->code = r.done == VV_SET_NOT_SO ? VV_EXIT_NO : VV_EXIT_OK;
	for (const char *at = vv_buf_cstr(&r.warnings); *at; at = strchr(at, '\n') + 1) {
		vv_warn("%s: %.*s", vv_text_shows(c->argv[0]), (int)strcspn(at, "\n"), at);
	}
	if (vv_wants_json(o->format)) return print_json(&r, err);
	print_text(c, &r);
	return VV_OK;
}

static int check_set(const vv_context *c)
{
	return c->argc < 3
		       ? vv_usage_error("set takes a file, a row's key and at least one COL=VALUE")
		       : VV_EXIT_OK;
}

static vv_status run_set(vv_context *c, vv_error *err)
{
	return run(c, false, err);
}

const vv_command vv_cmd_set = {
	.name = "set",
	.group = "change",
	.summary = "set cells of one row, or add the row; with --if, only if a condition holds",
	.usage = "[--if COND] [--all] PATH KEY COL=VALUE... [COL:=JSON]...",
	.example = "$ varve set --if 'owner is null' issues.jsonl 7 owner=ada status=doing\n"
		   "issues.jsonl: row 7: changed",
	.options = set_table,
	.option_count = VV_OPTION_COUNT(set_table),
	.options_size = sizeof(options),
	.exit_codes = "the condition does not hold: nothing was done, and the row is printed",
	.arguments = "path",
	.check = check_set,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_RIGHT | VV_NEEDS_READER,
	.run = run_set,
};

static int check_delete(const vv_context *c)
{
	return c->argc != 2 ? vv_usage_error("delete takes a file and a row's key") : VV_EXIT_OK;
}

static vv_status run_delete(vv_context *c, vv_error *err)
{
	return run(c, true, err);
}

const vv_command vv_cmd_delete = {
	.name = "delete",
	.group = "change",
	.summary = "delete one row; with --if, only if a condition holds",
	.usage = "[--if COND] [--all] PATH KEY",
	.example = "$ varve delete --if \"status = 'done'\" issues.jsonl 7\n"
		   "issues.jsonl: row 7: deleted",
	.options = set_table,
	.option_count = VV_OPTION_COUNT(set_table),
	.options_size = sizeof(options),
	.exit_codes = "the condition does not hold: nothing was done, and the row is printed",
	.arguments = "path",
	.check = check_delete,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_RIGHT | VV_NEEDS_READER,
	.run = run_delete,
};
