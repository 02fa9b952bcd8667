/*
 * set: one row of a table set, put in (set) or deleted (delete).
 */
#include "base/json/json.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/edit/row_set.h"

typedef struct options {
	const char *condition, *format;
	bool quiet;
} options;

static const vv_option set_table[] = {
	OPT_STRING(0, "if", condition, "COND",
		   "only if this holds for the row as it is, as in 'owner is null'"),
	OPT_FLAG('q', "quiet", quiet,
		 "print nothing but errors and, if COND does not hold, the row"),
	OPT_JSON("the output format"),
};

static void print_text(const vv_context *c, vv_row_set_done done, const vv_buf *row)
{
	static const char *const words[] = {[VV_SET_NOTHING] = "is as it was",
					    [VV_SET_CELLS] = "changed",
					    [VV_SET_ADDED] = "added",
					    [VV_SET_REMOVED] = "deleted"};
	const options *o = c->options;

	if (done == VV_SET_NOT_SO) {
		if (row->len > 0) {
			vv_out("%s\n", row->data);
		}
		vv_note("%s: row %s: %s", vv_text_shows(c->argv[0]), vv_text_shows(c->argv[1]),
			row->len > 0 ? "the condition does not hold" : "no row has this key");
	} else if (!o->quiet) {
		vv_note("%s: row %s: %s", vv_text_shows(c->argv[0]), vv_text_shows(c->argv[1]),
			words[done]);
	}
}

static vv_status print_json(vv_row_set_done done, vv_buf *row, vv_error *err)
{
	static const char *const words[] = {"unchanged", "changed", "added", "deleted", "refused"};
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_status rc;

	vv_json_out w = vv_json_begin_object(&b, 0);
	vv_json_add_string(&w, "outcome", words[done]);
	vv_json_name(&w, "cells");
	if (row->len > 0) {
		vv_json_raw(&w, row->data, row->len);
	} else {
		vv_json_null(&w);
	}
	vv_json_close_object(&w);
	if ((rc = vv_buf_ok(&b, err)) < 0) return rc;
	vv_out("%s\n", b.data);
	return VV_OK;
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
			      .condition = o->condition};
	vv_auto(vv_buf) row = VV_BUF_INIT;
	vv_row_set_done done;
	vv_status rc = vv_row_set_run(&done, &row, &s, err);

	if (rc < 0) return rc;
	c->code = done == VV_SET_NOT_SO ? VV_EXIT_NO : VV_EXIT_OK;
	if (vv_wants_json(o->format)) return print_json(done, &row, err);
	print_text(c, done, &row);
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
	.usage = "[--if COND] PATH KEY COL=VALUE... [COL:=JSON]...",
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
	.usage = "[--if COND] PATH KEY",
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
