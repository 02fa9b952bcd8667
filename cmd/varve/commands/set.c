/*
 * set: one row of a table set, put in (set) or deleted (delete), here or also at the remote.
 */
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/json/json.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/meant_line.h"
#include "cmd/frame/output.h"
#include "cmd/frame/run.h"
#include "cmd/frame/typed_left.h"
#include "cmd/frame/typed_line.h"
#include "cmd/varve/commands.h"
#include "dataset/read/source.h"
#include "lib/commit/txn.h"
#include "lib/edit/row_set.h"
#include "lib/merge/run.h"
#include "lib/status/changes.h"
#include "lib/status/lost_tables.h"
#include "lib/sync/push_run.h"
#include "repo/git/config.h"
#include "repo/git/write_turn.h"

typedef struct options {
	const char *condition, *where, *format;
	bool all, fresh, add, quiet, push, dry_run;
} options;

static const vv_option set_table[] = {
	OPT_ONCE(0, "if", condition, "COND",
		 "only if this is true of the row, as in 'owner is null'"),
	OPT_ONCE(0, "where", where, "COND",
		 "in place of KEY: every row of which this is true ('true': all rows)"),
	OPT_FLAG('n', "dry-run", dry_run, "with --where: only print how many rows would change"),
	OPT_FLAG(
		0, "push", push,
		"commit only this change and push it; if another push came first, test COND again"),
	OPT_FLAG(0, "all", all, "all rows with this key, if it repeats"),
	OPT_FLAG('q', "quiet", quiet, "print nothing but errors and, if COND is not met, the row"),
	OPT_JSON("the output format"),
	OPT_FLAG(0, "add", add,
		 "only add a row: if a row has this key, change nothing, and print it"),
	OPT_FLAG(0, "new", fresh,
		 "add the row even if another row has a similar key (7 beside 007)"),
};

static const vv_option_rule set_rules[] = {
	{"--where", .excludes = "--if --add --new --all --push"},
	{"-n", .requires = "--where"},
	{NULL, NULL, NULL},
};

static const vv_option delete_table[] = {
	OPT_ONCE(0, "if", condition, "COND",
		 "only if this is true of the row, as in 'owner is null'"),
	OPT_FLAG(
		0, "push", push,
		"commit only this change and push it; if another push came first, test COND again"),
	OPT_FLAG(0, "all", all, "all rows with this key, if it repeats"),
	OPT_FLAG('q', "quiet", quiet, "print nothing but errors and, if COND is not met, the row"),
	OPT_JSON("the output format"),
};

static const char *const set_words[] = {[VV_SET_NOTHING] = "unchanged",
					[VV_SET_CELLS] = "changed",
					[VV_SET_ADDED] = "added",
					[VV_SET_REMOVED] = "deleted"};

static void print_text(const vv_context *c, const vv_row_set_result *r)
{
	const options *o = c->options;
	const char *path = vv_text_shows(c->argv[0]), *row = vv_text_shows(c->argv[1]);
	vv_auto(char) *meant = r->near ? vv_asprintf("; did you mean '%s'?", vv_text_shows(r->near))
				       : NULL;

	if (r->done == VV_SET_NOT_SO) {
		const char *why = "no row has this key";

		if (r->json.len > 0) {
			vv_out("%s\n", r->json.data);
			why = o->add ? "a row has this key" : "the condition is not met";
		}
		vv_note("%s: row %s: %s%s", path, row, why, meant ? meant : "");
	} else if (!o->quiet && r->done == VV_SET_NOTHING && r->json.len == 0) {
		vv_note("%s: row %s: no row has this key%s", path, row, meant ? meant : "");
	} else if (!o->quiet && r->rows > 1) {
		vv_note("%s: row %s: %s, %zu rows", path, row, set_words[r->done], r->rows);
	} else if (!o->quiet) {
		vv_note("%s: %s %s: %s", path, r->done == VV_SET_ADDED ? "new row" : "row", row,
			set_words[r->done]);
	}
}

/* Prints the result of --where. */
static void print_rows(const vv_context *c, const vv_row_set_result *r)
{
	const options *o = c->options;
	const char *path = vv_text_shows(c->argv[0]);

	if (r->done == VV_SET_NOT_SO) {
		vv_note("%s: no row meets the condition", path);
	} else if (!o->quiet && r->done == VV_SET_NOTHING) {
		vv_note("%s: unchanged: the rows have these values", path);
	} else if (!o->quiet) {
		vv_note("%s: %s %s", path, o->dry_run ? "would change" : "changed",
			vv_text_counted(r->rows, "row", NULL));
	}
}

static vv_status print_json(const vv_row_set_result *r, vv_error *err)
{
	static const char *const words[] = {"unchanged", "changed", "added", "deleted", "refused"};

	return vv_out_object(
		0, err, {JSON_TEXT("outcome", words[r->done])},
		{JSON_BY(vv_json_put_raw, "cells", r->json.len > 0 ? r->json.data : "null")},
		{JSON_NUMBER("rowsChanged", r->rows)});
}

static vv_status tell_row_set(vv_context *c, const vv_row_set_result *r, vv_error *err)
{
	const options *o = c->options;

	c->code = r->done == VV_SET_NOT_SO ? VV_EXIT_NO : VV_EXIT_OK;
	for (vv_line l = {.rest = vv_buf_cstr(&r->warnings)}; vv_line_next(&l);) {
		vv_warn("%s: %.*s", vv_text_shows(c->argv[0]), (int)l.len, l.text);
	}
	if (vv_wants_json(o->format)) return print_json(r, err);
	(o->where ? print_rows : print_text)(c, r);
	return VV_OK;
}

/* --- --push: a commit of this row alone, which the branch that this one follows takes ------------ */

typedef struct claim {
	vv_context *c;
	vv_row_set set;
	vv_row_set_result r;
	vv_changes changes; /* of the file, and the branch */
	char *file;         /* with the new content; NULL: unchanged */
	vv_push_job push;
} claim;

static void claim_clear(claim *k)
{
	if (k->file) {
		vv_unlink(k->file, true, NULL);
	}
	vv_free(k->file);
	k->file = NULL;
	vv_row_set_result_clear(&k->r);
	vv_changes_clear(&k->changes);
	vv_push_job_clear(&k->push);
	vv_push_job_init(&k->push, NULL);
}
VV_AUTO_CLEAR(claim, claim_clear)

/* Would the commit have nothing but the row? */
static vv_status check_place(claim *k, vv_error *err)
{
	vv_context *c = k->c;
	vv_auto(vv_pathspec) paths = {0};
	const vv_changes_options o = {.paths = &paths, .upstream = true};
	const vv_changes *is = &k->changes;
	vv_status rc;

	if ((rc = vv_merge_need_no_state(c->repo, err)) < 0 ||
	    (rc = vv_pathspec_init(&paths, c->repo, 1, c->argv, err)) < 0 ||
	    (rc = vv_changes_read(&k->changes, c->repo, c->index, c->reader, &o, err)) < 0) {
		return rc;
	}
	if (!is->upstream || is->upstream_gone) {
		vv_fail(err, VV_EUSAGE, "--push requires a branch with an upstream branch");
		return vv_hint_code(err, VV_HINT_SET_UPSTREAM);
	}
	if (is->ahead > 0) {
		return vv_fail(err, VV_EREFUSED, "%s of this branch %s not in %s\npush first",
			       vv_text_counted(is->ahead, "commit", NULL),
			       is->ahead == 1 ? "is" : "are", vv_text_shows(is->upstream));
	}
	if (is->count > 0) {
		return vv_fail(err, VV_EREFUSED, "'%s' has other edits\ncommit and push them first",
			       vv_text_shows(c->argv[0]));
	}
	return vv_pathspec_all_matched(&paths, c->index, err);
}

/* A row that has the values already is claimed: the answer to an earlier push may have been lost. */
static vv_status check_claimed(claim *k, vv_error *err)
{
	vv_auto(vv_row_set_result) other = {.rows = 0};
	vv_auto(char) *file = NULL;
	vv_row_set any = k->set;
	vv_status rc = vv_row_set_run(&k->r, &k->set, err);

	if (rc < 0 || k->r.done != VV_SET_NOT_SO) return rc;
	any.condition = NULL;
	any.only_new = false;
	any.made = &file;
	if (vv_row_set_run(&other, &any, VV_IGNORED) == VV_OK && other.done == VV_SET_NOTHING) {
		k->r.done = VV_SET_NOTHING;
	}
	if (file) {
		vv_unlink(file, true, NULL);
	}
	return VV_OK;
}

static void put_message(vv_buf *b, const vv_context *c, bool remove)
{
	vv_buf_printf(b, "%s %s in %s", remove ? "Delete" : "Set", c->argv[1], c->argv[0]);
	for (int i = 2; i < c->argc; i++) {
		vv_buf_printf(b, "%s %s", i == 2 ? ":" : "", c->argv[i]);
	}
}

static vv_status make_commit(vv_oid *made, claim *k, vv_error *err)
{
	const vv_txn_put_options how = {0};
	vv_auto(vv_buf) message = VV_BUF_INIT;
	vv_auto(vv_txn) *t = NULL;
	vv_auto(char) *path = NULL;
	vv_fd_source from;
	vv_source source;
	vv_status rc;
	int fd;

	put_message(&message, k->c, k->set.remove);
	if ((rc = vv_buf_ok(&message, err)) < 0 ||
	    (rc = vv_repository_relative(&path, k->c->repo, k->set.path, err)) < 0 ||
	    (rc = vv_txn_open(&t, k->c->repo, vv_txn_no_branch, "HEAD", k->c->progress, err)) < 0) {
		return rc;
	}
	if ((fd = vv_open(k->file, O_RDONLY, 0, err)) < 0) return (vv_status)fd;
	vv_source_fd(&source, &from, fd, k->set.path, 0);
	rc = vv_txn_put(t, path, &source, &how, err);
	(void)vv_close(fd, NULL, VV_IGNORED);
	return rc < 0 ? rc : vv_txn_commit(made, t, vv_buf_cstr(&message), NULL, err);
}

/* *taken: the branch there is this commit now. */
static vv_status push_row(bool *taken, claim *k, const vv_oid *made, vv_error *err)
{
	vv_auto(char) *key = vv_asprintf("branch.%s.merge", k->changes.head.branch + 11);
	vv_auto(char) *to = NULL, *word = NULL;
	vv_push_job *j = &k->push;
	vv_status rc;

	if (!key) return vv_fail_nomem(err);
	if ((rc = vv_config_string(k->c->repo, key, &to, err)) < 0) return rc;
	if (!(word = vv_asprintf("%s:%s", vv_oid_shows(made), to))) return vv_fail_nomem(err);
	vv_push_job_init(j, k->c->repo);
	j->own_hook = vv_lost_tables_warn;
	j->refs.words = &word;
	j->refs.count = 1;
	j->quiet = j->silent = true;
	vv_write_turn_release(k->c->repo);
	rc = vv_push_job_run(j, err);
	*taken = !j->refused;
	j->refs.words = NULL;
	return rc;
}

/* Runs another command in the place of this one, after closing everything open. */
static int run_other(claim *k, const vv_command *c, const char *word)
{
	char ff[] = "--ff-only", quiet[] = "--quiet";
	char *argv[] = {ff, quiet, (char *)(uintptr_t)word, NULL};

	claim_clear(k);
	vv_context_close(k->c);
	return vv_command_run(c, word ? 3 : 2, argv);
}

static vv_status refuse_push(const claim *k, vv_error *err)
{
	const vv_push_plan *p = &k->push.plan;

	return vv_fail(err, VV_EREFUSED, "%s did not accept the commit: %s\nnothing was changed",
		       vv_text_shows(k->changes.upstream),
		       p->count > 0 && p->items[0].why ? vv_text_shows(p->items[0].why)
						       : "refused");
}

/* c->code is not 0: another command has printed the reason. */
static vv_status claim_row(claim *k, vv_oid *made, bool *taken, vv_error *err)
{
	vv_oid refused = {{0}}; /* where this branch was when a push was refused */
	bool fetched = false;
	vv_status rc;

	for (;;) {
		if ((rc = vv_context_need(k->c, VV_NEEDS_RIGHT | VV_NEEDS_READER | VV_NEEDS_INDEX,
					  err)) < 0) {
			return rc;
		}
		k->set.repo = k->c->repo;
		k->set.reader = k->c->reader;
		rc = check_place(k, err);
		/* an earlier run may have been killed before it recorded its push */
		const bool unsure = k->changes.ahead > 0 && !fetched;
		if (!unsure && (rc < 0 || (rc = check_claimed(k, err)) < 0)) return rc;
		if (!k->file && fetched) return VV_OK;
		if (!unsure && k->file && k->changes.behind == 0) {
			if ((rc = make_commit(made, k, err)) < 0 ||
			    (rc = push_row(taken, k, made, err)) < 0 || *taken) {
				return rc;
			}
			if (vv_oid_equal(&refused, &k->changes.head.commit)) {
				return refuse_push(k, err);
			}
			refused = k->changes.head.commit;
		}
		if (run_other(k, &vv_cmd_pull, NULL) != VV_EXIT_OK) {
			k->c->code = VV_EXIT_TROUBLE;
			return VV_OK;
		}
		fetched = true;
	}
}

static vv_status set_and_push(vv_context *c, const vv_row_set *s, vv_error *err)
{
	vv_auto(claim) k = {.c = c, .set = *s};
	char hex[VV_OID_TEXT + 1];
	vv_oid made;
	bool taken = false;
	vv_status rc;

	vv_push_job_init(&k.push, NULL);
	k.set.made = &k.file;
	if ((rc = claim_row(&k, &made, &taken, err)) < 0 || c->code != VV_EXIT_OK ||
	    (rc = tell_row_set(c, &k.r, err)) < 0 || !taken) {
		return rc;
	}
	vv_oid_text(hex, &made);
	if (run_other(&k, &vv_cmd_merge, hex) != VV_EXIT_OK) {
		vv_note("the change was pushed, but this branch does not have it yet: run 'varve pull'");
	}
	return VV_OK;
}

/* Hints at the typed line with the key that is meant. */
static vv_status hint_key(const vv_context *c, const char *key, vv_error *err)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;

	vv_buf_printf(&line, "varve %s", c->name);
	vv_typed_put_with(&line, c->typed_count, c->typed, c->argv[1], key);
	vv_hint_clear(err);
	return vv_hint(err, "'%s' does it", vv_buf_cstr(&line));
}

static vv_status change_row(vv_context *c, bool remove, vv_error *err)
{
	const options *o = c->options;
	const int first = o->where ? 1 : 2; /* of the values */
	vv_row_set s = {.repo = c->repo,
			.reader = c->reader,
			.path = c->argv[0],
			.row = first == 1 ? NULL : c->argv[1],
			.values = (const char *const *)c->argv + first,
			.count = (size_t)(c->argc - first),
			.remove = remove,
			.insert = o->fresh,
			.only_new = o->add,
			.all = o->all,
			.condition = o->condition};

	if (o->where) {
		s.condition = o->where;
		s.dry_run = o->dry_run;
	}
	vv_auto(vv_row_set_result) r = {.rows = 0};
	vv_status rc = o->push ? set_and_push(c, &s, err) : vv_row_set_run(&r, &s, err);

	if (rc == VV_EUSAGE && r.near) return hint_key(c, r.near, err);
	if (rc == VV_ECONFLICT) {
		return vv_hint(err, "--all %s all rows with this key", remove ? "deletes" : "sets");
	}
	return rc < 0 || o->push ? rc : tell_row_set(c, &r, err);
}

/* Without a key: all rows may be meant. */
static int refuse_keyless(const vv_context *c)
{
	vv_error err;

	vv_fail(&err, VV_EUSAGE, "set requires a file, a row's key and at least one COL=VALUE");
	vv_meant_sentence(&err, c->name, c->typed_count, c->typed);
	if (c->argc == 2 && vv_exists(c->argv[0]) && strchr(c->argv[1], '=') &&
	    (err.hint_id == VV_HINT_NONE || strstr(err.hint, "KEY COL=VALUE"))) {
		vv_auto(vv_buf) line = VV_BUF_INIT;

		vv_hint_clear(&err);
		vv_text_put_argv(&line, c->argc, c->argv);
		vv_hint(&err, "'varve set --where true%s' sets it in all rows", vv_buf_cstr(&line));
	}
	return err.hint_id == VV_HINT_NONE ? vv_usage_error("%s", err.message)
					   : vv_report_trouble(&err);
}

/* "set --where COND prices.csv 7 price=4" */
static int refuse_key(const vv_context *c)
{
	const options *o = c->options;
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_error err;

	vv_text_put_argv(&line, c->argc, c->argv);
	vv_buf_puts(&line, " --if ");
	vv_text_put_word(&line, o->where);
	vv_fail(&err, VV_EUSAGE, "--where takes the place of the key");
	vv_hint(&err, "'varve set%s' does it in the row with this key", vv_buf_cstr(&line));
	return vv_report_trouble(&err);
}

static int check_set(const vv_context *c)
{
	const options *o = c->options;

	if (c->argc < (o->where ? 2 : 3)) return refuse_keyless(c);
	if (o->where && !strchr(c->argv[1], '=')) return refuse_key(c);

	if (o->add && (o->condition || o->all)) {
		return vv_usage_error("--add cannot be used with --if and --all");
	}
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_typed t;

	if (vv_exists(c->argv[0])) return VV_EXIT_OK;
	vv_typed_read(&t, c->typed_count, c->typed); /* "set price=4 where id=2 FILE" */
	if (t.file_word && vv_typed_put_answer(&line, "varve set FILE KEY COL=VALUE", &t)) {
		return vv_usage_error("set requires the file first; %s", vv_buf_cstr(&line));
	}
	return VV_EXIT_OK;
}

static vv_status run_set(vv_context *c, vv_error *err)
{
	return change_row(c, false, err);
}

static const vv_absent_option absent[] = {
	{"row key id k", .line = "varve set FILE VALUE OPTIONS",
	 .hint = "the key is written after the file: 'varve set FILE KEY COL=VALUE'"},
	{"column",
	 .hint = "the column is written before the value: 'varve set FILE KEY COL=VALUE'"},
	{"from file",
	 .hint = "'varve cat --format arrow MORE | varve add --arrow - --mode upsert --columns keep FILE' replaces rows by their key and adds the others; --mode append only adds"},
	{.names = NULL},
};

const vv_command vv_cmd_set = {
	.name = "set",
	.group = "change",
	.summary =
		"set cells of one row, or add the row; with --where, of all rows that meet a condition",
	.usage =
		"[--if COND | --add] [--push] [--new] [--all] PATH KEY COL=VALUE... [COL:=JSON]...\n"
		"--where COND [-n] PATH COL=VALUE... [COL:=JSON]...",
	.example = "$ varve set --if 'owner is null' issues.jsonl 7 owner=ada status=doing\n"
		   "issues.jsonl: row 7: changed",
	.options = set_table,
	.absent = absent,
	.option_count = VV_OPTION_COUNT(set_table),
	.options_size = sizeof(options),
	.exit_codes =
		"the condition is not met, or with --add a row has the key: nothing was done, and the row is printed",
	.arguments = "path",
	.check = check_set,
	.rules = set_rules,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_RIGHT | VV_NEEDS_READER,
	.run = run_set,
};

/* Names the line that removes the rows of a condition. */
static int refuse_rows(const vv_context *c, const char *condition)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_typed t;

	vv_typed_read(&t, 1, c->argv);
	t.value = condition;
	vv_typed_put(&line, "varve cat FILE --where not(VALUE) -o FILE", &t);
	return vv_usage_error("delete requires a file and a row's key; '%s' keeps the other rows",
			      vv_buf_cstr(&line));
}

/* Answers "delete FILE where id = 7". */
static int refuse_condition(const vv_context *c)
{
	vv_auto(vv_buf) condition = VV_BUF_INIT;

	for (int i = 2; i < c->argc; i++) {
		vv_buf_printf(&condition, "%s%s", i > 2 ? " " : "", c->argv[i]);
	}
	return refuse_rows(c, vv_buf_cstr(&condition));
}

static int check_delete(const vv_context *c)
{
	const options *o = c->options;

	if (c->argc == 2) return VV_EXIT_OK;
	if (c->argc > 2 && vv_ascii_equal(c->argv[1], "where")) return refuse_condition(c);
	if (c->argc == 1 && o->condition) return refuse_rows(c, o->condition);
	return vv_usage_error("delete requires a file and a row's key");
}

static vv_status run_delete(vv_context *c, vv_error *err)
{
	return change_row(c, true, err);
}

static const vv_absent_option delete_absent[] = {
	{"row key id k", .line = "varve delete FILE VALUE"},
	{"where if", .line = "varve cat FILE --where not(VALUE) -o FILE"},
	{.names = NULL},
};

const vv_command vv_cmd_delete = {
	.name = "delete",
	.group = "change",
	.summary = "delete one row; with --if, only if a condition is met",
	.usage = "[--if COND] [--push] [--all] PATH KEY",
	.example = "$ varve delete --if \"status = 'done'\" issues.jsonl 7\n"
		   "issues.jsonl: row 7: deleted",
	.options = delete_table,
	.absent = delete_absent,
	.option_count = VV_OPTION_COUNT(delete_table),
	.options_size = sizeof(options),
	.exit_codes = "the condition is not met: nothing was done, and the row is printed",
	.arguments = "path",
	.check = check_delete,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_RIGHT | VV_NEEDS_READER,
	.run = run_delete,
};
