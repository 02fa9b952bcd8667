/*
 * update: commits the changes at the sources of imported tables.
 */
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "cmd/frame/typed_left.h"
#include "cmd/frame/typed_line.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/print/commit_summary.h"
#include "lib/clone/imported.h"
#include "lib/commit/pick.h"
#include "lib/remotes/block_peers.h"
#include "lib/remotes/blocks_config.h"
#include "repo/git/history/state.h"

/* Git's name for an update with conflicts. */
#define PICKED "cherry-pick"

typedef struct options {
	bool abort, resume, force, quiet;
	const char *format;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "abort", abort, "abandon the operation and restore the previous state"),
	OPT_FLAG(0, "continue", resume, "commit the result once the conflicts are resolved"),
	OPT_FLAG('f', "force", force,
		 "accept a file that does not look like the next version (a web page, no rows, "
		 "other columns)"),
	OPT_FLAG('q', "quiet", quiet, "print only conflicts and warnings"),
	OPT_JSON("the output format"),
};

static const vv_option_rule option_rules[] = {
	{"--abort", .excludes = "--continue PATH --format"},
	{"--continue", .excludes = "PATH --format"},
	{NULL, NULL, NULL},
};

/* All updates of a run. */
typedef struct updates {
	vv_context *c;
	bool json, quiet;
	size_t found; /* that are named */
	bool failed;  /* a source could not be had, or not as a table */
	vv_buf text;  /* their report */
	vv_json_out w;
} updates;

static void put_outcome(updates *u, const char *path, const char *outcome, const char *commit,
			const char *error)
{
	vv_json_put_object(&u->w, {JSON_TEXT("path", path)}, {JSON_TEXT("outcome", outcome)},
			   {JSON_TEXT("new", commit)}, {JSON_TEXT("error", error)});
}

/* Whoever may commit wrote the URL. */
static vv_status check_trust(vv_context *c, const vv_imported *i, vv_error *err)
{
	vv_auto(vv_transfer) t = {.repo = NULL};
	vv_status rc = vv_transfer_open(&t, c->repo, vv_repository_notes(c->repo), true, 0, err);

	return rc < 0 ? rc : vv_imported_may(&t, i, err);
}

static vv_status pick_update(updates *u, const vv_imported *i, const vv_oid *commit, vv_error *err)
{
	static const char *const outcomes[] = {"empty", "committed", "staged", "conflicts"};
	vv_context *c = u->c;
	vv_auto(vv_pick) p = {.repo = c->repo, .reader = c->reader, .command = "update"};
	vv_status rc = vv_state_begin_update(c->repo, commit, err);
	if (rc < 0) return rc;
	rc = vv_pick_begin(&p, commit, err);
	rc = rc < 0 ? rc : vv_pick_run(&p, err);
	vv_state_drop_update(c->repo);
	if (p.stays) {
		vv_note("all changes are staged: run 'varve update --continue' to commit them, or 'varve update --abort' to undo them");
	}
	if (rc < 0) return rc;
	put_outcome(u, i->to, outcomes[p.outcome],
		    p.outcome == VV_PICK_COMMITTED ? vv_oid_shows(&p.tip) : NULL, NULL);
	if (!u->json && (!u->quiet || p.outcome == VV_PICK_CONFLICTS)) {
		vv_out_bytes(vv_buf_cstr(&p.job.report), p.job.report.len);
	}
	if (p.outcome == VV_PICK_CONFLICTS) {
		vv_note("resolve the conflicts, then 'varve update --continue'; 'varve update "
			"--abort' undoes it");
		c->code = VV_EXIT_NO;
	}
	if (p.outcome == VV_PICK_COMMITTED && !u->quiet) {
		vv_commit_summary_print_made(c->repo, &p.head, &p.tip, false);
	}
	return rc;
}

static vv_status is_named(bool *named, vv_context *c, const char *to, vv_error *err)
{
	vv_status rc = VV_OK;

	*named = c->argc == 0;
	for (int k = 0; rc == VV_OK && !*named && k < c->argc; k++) {
		vv_auto(char) *path = NULL;

		if ((rc = vv_repository_relative(&path, c->repo, c->argv[k], err)) == VV_OK) {
			*named = strcmp(path, to) == 0;
		}
	}
	return rc;
}

static vv_status report_failed(updates *u, const vv_imported *i, vv_error *err)
{
	u->failed = true;
	put_outcome(u, i->to, "failed", NULL, err->message);
	(void)vv_prefix(err, "%s was not updated", vv_text_shows(i->to));
	(void)vv_report(err);
	vv_error_clear(err);
	return VV_OK;
}

/* Updates a source, if it is named. A source that cannot be read, or is not a table, is reported and does not stop the others. */
static vv_status update_one(updates *u, const vv_imported *i, vv_error *err)
{
	vv_context *c = u->c;
	const options *o = c->options;
	vv_auto(vv_imported) now = {.to = NULL};
	bool removed, named;
	vv_oid commit;
	vv_cid root;
	vv_status rc;

	if ((rc = vv_imported_dup(&now, i, err)) < 0 ||
	    (rc = vv_imported_here(&now, &removed, c->repo, err)) < 0 ||
	    (rc = is_named(&named, c, now.to, err)) < 0 || !named) {
		return rc;
	}
	u->found++;
	if ((rc = vv_merge_need_no_state(c->repo, err)) < 0 || (rc = check_trust(c, i, err)) < 0) {
		return rc;
	}
	if (removed) {
		put_outcome(u, i->to, "removed", NULL, NULL);
		vv_auto(vv_buf) section = VV_BUF_INIT;

		vv_buf_printf(&section, "import.%s", i->to);
		vv_note("%s was removed here and is not updated; 'git config -f %s --remove-section "
			"%s' forgets its source",
			vv_text_shows(i->to), vv_hint_path(VV_BLOCKS_CONFIG),
			vv_text_word(vv_buf_cstr(&section)));
		return VV_OK;
	}
	rc = vv_imported_fetch(&now, &root, c->repo, o->force, err);
	if (rc < 0 && rc != VV_EUSAGE && rc != VV_ENOMEM && rc != VV_ECANCELLED && !err->full) {
		return report_failed(u, i, err);
	}
	if (rc < 0) return rc;
	if (strcmp(now.root, i->root) == 0) {
		put_outcome(u, i->to, "unchanged", NULL, NULL);
		if (!u->quiet) {
			vv_note("%s: nothing changed at %s", vv_text_shows(i->to),
				vv_text_url(i->url));
		}
		return VV_OK;
	}
	if (!u->quiet && i->path && strcmp(i->path, now.path) != 0) {
		vv_note("%s: the source renamed '%s' to '%s'", vv_text_shows(i->to),
			vv_text_shows(i->path), vv_text_shows(now.path));
	}
	rc = vv_imported_commit(&commit, c->repo, i, &now, err);
	if (rc == VV_ENOTFOUND) return report_failed(u, i, err);
	if (rc < 0 || (rc = vv_context_need(c, VV_NEEDS_READER, err)) < 0) return rc;
	return pick_update(u, i, &commit, err);
}

/* For SQL's word: update FILE set COL=VALUE where id=7. */
static vv_status hint_set_command(const vv_context *c, vv_error *err)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_typed t;

	vv_typed_read(&t, c->typed_count, c->typed);
	if (!vv_typed_put_answer(&line, "varve set FILE KEY COL=VALUE", &t)) {
		vv_buf_clear(&line);
		vv_typed_put_answer(&line, "varve set --where GIVEN FILE COL=VALUE", &t);
	}
	return vv_hint(err, "%s", vv_buf_cstr(&line));
}

static vv_status run_update(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_imported_list) list = {.items = NULL};
	const bool json = vv_wants_json(o->format);
	updates u = {.c = c, .json = json, .quiet = o->quiet || json};
	vv_status rc;

	if (o->abort || o->resume) {
		return vv_commit_under_way(c, PICKED, &(vv_ending_options){.abort = o->abort}, err);
	}
	if ((rc = vv_imported_read(&list, c->repo, err)) < 0) return rc;
	vv_state_drop_update(c->repo); /* of an update that was interrupted once it was complete */
	u.w = vv_json_begin_object(&u.text, 0);
	vv_json_add_array(&u.w, "updates");
	for (size_t k = 0; rc == VV_OK && c->code == VV_EXIT_OK && k < list.count; k++) {
		rc = update_one(&u, &list.items[k], err);
	}
	if (rc == VV_OK && c->code == VV_EXIT_OK && (u.found == 0 || u.found < (size_t)c->argc)) {
		if (c->argc == 1) {
			vv_fail(err, VV_ENOTFOUND, "'%s' was not imported",
				vv_text_shows(c->argv[0]));
		} else {
			vv_fail(err, VV_ENOTFOUND, "%s",
				c->argc > 1 ? "some of these are not tables that were imported"
					    : "this repository has no imports");
		}
		const bool sets = vv_array_find(c->argv, (size_t)c->argc, word,
						vv_ascii_equal(*word, "set") ||
							strchr(*word, '=')) != NULL;

		rc = sets ? hint_set_command(c, err)
			  : vv_hint(err, "'varve import URL#PATH' imports a table; .varveconfig "
					 "lists the imported tables");
	}
	if (rc == VV_OK && u.failed) {
		c->code = VV_EXIT_NO;
	}
	vv_json_close_array(&u.w);
	vv_json_close_object(&u.w);
	if (rc == VV_OK && u.json) {
		rc = vv_out_json(&u.text, err);
	}
	vv_buf_clear(&u.text);
	return rc;
}

static const vv_absent_option absent[] = {
	{"where", .line = "varve set --where VALUE FILE COL=VALUE"},
	{.names = NULL},
};

const vv_command vv_cmd_update = {
	.absent = absent,
	.name = "update",
	.group = "peers",
	.summary = "commit changes from the sources of imported tables",
	.usage = "[-f] [-q] [PATH...]\n--continue | --abort",
	.example = "$ varve update prices.csv",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes =
		"edits here and at the source are in conflict, or a source did not answer or sent no table",
	.arguments = "path",
	.rules = option_rules,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_RIGHT,
	.run = run_update,
};
