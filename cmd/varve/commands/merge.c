/*
 * merge: another branch's versions brought into this one.
 */
#include "base/array.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/print/commit_stat.h"
#include "cmd/varve/print/commit_summary.h"
#include "cmd/varve/print/conflicts.h"
#include "lib/commit/merge_branch.h"
#include "lib/merge/rules.h"
#include "repo/git/history/history.h"

typedef struct options {
	vv_branch_merge merge;
	vv_ending_options ending; /* its message, editor and hooks: those of merge */
	bool dry_run, resume, no_edit;
	const char *format;
} options;

static const vv_option table[] = {
	OPT_LIST('m', "message", merge.messages, "TEXT",
		 "the message of the merge; may be repeated, each is a paragraph"),
	OPT_LIST('X', "strategy-option", merge.how, "RULE", VV_MERGE_RULES_HELP),
	OPT_FLAG(0, "dry-run", dry_run, "only show what would be merged and what would conflict"),
	OPT_FLAG(0, "no-commit", merge.no_commit, "stop before the commit, even without conflicts"),
	OPT_FLAG(0, "ff", merge.ff, "fast-forward if possible (the default)"),
	OPT_FLAG(0, "no-ff", merge.no_ff, "make a merge commit even if a fast-forward is possible"),
	OPT_FLAG(0, "ff-only", merge.ff_only, "refuse unless a fast-forward is possible"),
	OPT_FLAG(0, "abort", ending.abort, "abandon the merge and restore the previous state"),
	OPT_FLAG(0, "continue", resume, "commit the merge once its conflicts are resolved"),
	OPT_FLAG(0, "quit", ending.quit, "forget the merge; files and index do not change"),
	OPT_FLAG(0, "allow-unrelated-histories", merge.unrelated,
		 "merge even if the branches have no commit in common"),
	OPT_FLAG(0, "allow-rewritten", merge.allow_rewritten,
		 "merge even if that brings back commits that a remote has no longer"),
	OPT_FLAG('e', "edit", merge.edit, "open the editor on the message"),
	OPT_FLAG(0, "no-edit", no_edit, "use the message unchanged (the default)"),
	OPT_FLAG('n', "no-verify", merge.no_verify,
		 "skip the pre-merge-commit and commit-msg hooks"),
	OPT_FLAG('v', "verbose", ending.verbose,
		 "also show the blocks and bytes that each table added to the store"),
	OPT_FLAG('q', "quiet", ending.quiet, "print only conflicts and warnings"),
	OPT_JSON("the output format"),
};

#define OF_NEW_MERGES                                                                              \
	" --dry-run -X --no-commit --ff --no-ff --ff-only --allow-unrelated-histories --allow-rewritten"

static const vv_option_rule option_rules[] = {
	{"--abort", .excludes = "--continue --quit BRANCH --format -m -e" OF_NEW_MERGES},
	{"--continue", .excludes = "--quit BRANCH" OF_NEW_MERGES},
	{"--quit", .excludes = "BRANCH --format -m -e" OF_NEW_MERGES},
	{"--no-ff", .excludes = "--ff-only"},
	{NULL, NULL, NULL},
};

/* --- printing -------------------------------------------------------------------------------- */

static void say_moved(const vv_branch_merge *m, bool verbose)
{
	vv_auto(char) *from = NULL, *to = NULL;

	if (vv_rev_short(m->repo, &m->theirs, &to, VV_IGNORED) < 0) return;
	if (!m->head.unborn) {
		(void)vv_rev_short(m->repo, &m->head.commit, &from, VV_IGNORED);
	}
	vv_out("fast-forward: ");
	if (from) {
		vv_out("%s -> ", from);
	}
	vv_out("%s, %s changed\n", to, vv_text_counted(m->moved, "file", NULL));
	vv_commit_summary_put_stat(m->repo, m->head.unborn ? NULL : &m->head.commit, &m->tip,
				   verbose);
}

static void say_done(const vv_branch_merge *m, const options *o)
{
	if (!o->ending.quiet || m->outcome == VV_MERGE_CONFLICTS) {
		vv_out_bytes(vv_buf_cstr(&m->job.report), m->job.report.len);
	}
	if (m->outcome == VV_MERGE_CONFLICTS) {
		vv_note("resolve the conflicts, then 'varve merge --continue'; 'varve merge "
			"--abort' undoes it");
	} else if (m->outcome == VV_MERGE_STAGED && !m->stays) {
		vv_note("all changes are merged and staged; run 'varve merge --continue' to commit them");
	} else if (m->outcome == VV_MERGE_UP_TO_DATE && !o->ending.quiet) {
		vv_out("already up to date\n");
	} else if (m->outcome == VV_MERGE_FORWARD && !o->ending.quiet) {
		say_moved(m, o->ending.verbose);
	} else if (m->outcome == VV_MERGE_COMMITTED && !o->ending.quiet) {
		vv_commit_summary_print_made(m->repo, &m->head, &m->tip, o->ending.verbose);
	}
}

static vv_status put_files(vv_json_out *w, const vv_branch_merge *m, vv_error *err)
{
	const vv_stat_options how = {.growth = true, .texts = true};
	const vv_oid *old = m->head.unborn ? NULL : &m->head.commit;
	vv_auto(vv_commit_stat) stat = {0};
	vv_status rc = VV_OK;

	if (!vv_oid_equal(&m->tip, &m->head.commit)) {
		rc = vv_commit_stat_make(&stat, m->repo, old, &m->tip, &how, err);
	}
	vv_json_name(w, "files");
	vv_commit_stat_json(w, &stat);
	return rc;
}

static void put_rules(vv_json_out *w, const vv_merge_stats *s)
{
	vv_json_add_object(w, "byRule");
	for (size_t i = 0; i < VV_MERGE_RULES; i++) {
		if (s->by_rule[i] > 0) {
			vv_json_add_u64(w, vv_merge_rule_name((vv_merge_rule_kind)i),
					s->by_rule[i]);
		}
	}
	vv_json_close_object(w);
	vv_json_put_members(w, {JSON_NUMBER("rowsKept", s->rows_kept)},
			    {JSON_NUMBER("rowsDeleted", s->rows_deleted)},
			    {JSON_NUMBER("rowsOnce", s->rows_once)},
			    {JSON_NUMBER("rowsTwice", s->rows_twice)},
			    {JSON_NUMBER("rowsRenumbered", s->rows_renumbered)});
}

/* Tables that both sides changed. */
static void put_tables(vv_json_out *w, const vv_merge_job *j)
{
	vv_json_add_array(w, "tables");
	vv_array_each(j->tables.tables, j->tables.count, t) {
		const vv_conflict_record *c = vv_merge_record(j, t);

		if (vv_merge_report_find(&j->tables, t->path, NULL) != t) {
			continue;
		}
		vv_json_open_object(w);
		vv_json_put_members(w, {JSON_TEXT("path", t->path)},
				    {JSON_NUMBER("cellsChanged", t->stats.cells_from_theirs)},
				    {JSON_NUMBER("rowsAdded", t->stats.rows_from_theirs)},
				    {JSON_NUMBER("rowsRemoved", t->stats.rows_removed_by_theirs)});
		put_rules(w, &t->stats);
		vv_json_put_members(w,
				    {JSON_NUMBER("conflictCount", c ? c->count + c->left_out : 0)},
				    {JSON_EACH(vv_conflict_item_json, "items", c ? c->items : NULL,
					       j->dry && c ? c->count : 0)});
		vv_json_close_object(w);
	}
	vv_json_close_array(w);
}

static void put_path(vv_json_out *w, const void *item)
{
	vv_json_string(w, ((const vv_conflict_path *)item)->path);
}

static vv_status print_json(const vv_branch_merge *m, vv_error *err)
{
	static const char *const outcomes[] = {"up-to-date", "fast-forward", "merged", "staged",
					       "conflicts"};
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_json_out w = vv_json_begin_object(&b, 2);
	vv_json_put_members(&w, {JSON_TEXT("outcome", outcomes[m->outcome])},
			    {JSON_TEXT("merged", m->word)}, {JSON_OID("theirCommit", &m->theirs)},
			    {JSON_OID("old", &m->head.commit)}, {JSON_OID("new", &m->tip)});
	vv_status rc = put_files(&w, m, err);
	put_tables(&w, &m->job);
	vv_json_put_members(&w,
			    {JSON_EACH(put_path, "conflictPaths", m->job.conflicts.paths,
				       m->job.conflicts.count)},
			    {JSON_BOOL("blocksHere", !m->lacking)});
	vv_json_close_object(&w);
	return rc < 0 ? rc : vv_out_json(&b, err);
}

static vv_status merge_into_branch(vv_branch_merge *m, const options *o, vv_error *err)
{
	vv_status rc = vv_branch_merge_run(m, err);

	if (!vv_wants_json(o->format) && (rc == VV_OK || m->stays)) {
		say_done(m, o);
	} else if (rc == VV_OK) {
		rc = print_json(m, err);
	}
	if (m->stays) {
		vv_note("all changes are merged and staged: run 'varve merge --continue' to commit them, or 'varve merge --abort' to undo them");
	}
	return rc;
}

/* --- what would be ---------------------------------------------------------------------------- */

static vv_status print_trial(const vv_merge_job *j, const char *outcome, bool json, vv_error *err)
{
	const bool conflicts = j->conflicts.count > 0;
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (!json) {
		vv_out_bytes(vv_buf_cstr(&j->report), j->report.len);
		vv_array_each(j->conflicts.paths, j->conflicts.count, path) {
			vv_conflicts_print(&path->record);
		}
		vv_out("%s\n", conflicts ? "it would be a merge with conflicts" : outcome);
		return VV_OK;
	}
	vv_json_out w = vv_json_begin_object(&b, 2);
	vv_json_put_members(&w, {JSON_TEXT("outcome", conflicts ? "conflicts" : outcome)},
			    {JSON_OID("theirCommit", &j->theirs)}, {JSON_OID("old", &j->ours)});
	put_tables(&w, j);
	vv_json_put_members(
		&w, {JSON_EACH(put_path, "conflictPaths", j->conflicts.paths, j->conflicts.count)});
	vv_json_close_object(&w);
	return vv_out_json(&b, err);
}

static vv_status try_merge(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const char *into = c->argc > 1 ? c->argv[0] : "HEAD", *from = c->argv[c->argc - 1];
	const bool json = vv_wants_json(o->format);
	vv_auto(vv_merge_job) j = {.repo = c->repo,
				   .verb = "merge",
				   .names = {"base", into, from},
				   .how = o->merge.how,
				   .dry = true};
	const char *outcome = json ? "merged" : "it would be a merge without conflicts";
	bool behind = false, ahead = false;
	size_t n = 0;
	vv_status rc;

	if ((rc = vv_context_need(c, VV_NEEDS_PROGRESS | VV_NEEDS_READER, err)) < 0 ||
	    (rc = vv_merge_rules_check(&o->merge.how, err)) < 0 ||
	    (rc = vv_rev_commit(c->repo, into, &j.ours, err)) < 0 ||
	    (rc = vv_rev_commit(c->repo, from, &j.theirs, err)) < 0 ||
	    (rc = vv_is_ancestor(c->repo, &j.theirs, &j.ours, &behind, err)) < 0 ||
	    (rc = vv_is_ancestor(c->repo, &j.ours, &j.theirs, &ahead, err)) < 0) {
		return rc;
	}
	j.reader = c->reader;
	if (o->merge.unrelated) {
		j.words[n++] = "--allow-unrelated-histories";
	}
	vv_merge_put_rules(&j, &n);
	j.words[n++] = "--";
	j.words[n] = from;
	if (behind) {
		outcome = json ? "up-to-date" : "already up to date";
	} else if (ahead) {
		outcome = json ? "fast-forward" : "it would be a fast-forward";
	} else {
		rc = vv_merge_try(&j, err);
	}
	c->code = j.conflicts.count > 0 ? VV_EXIT_NO : VV_EXIT_OK;
	return rc < 0 ? rc : print_trial(&j, outcome, json, err);
}

static int check_merge(const vv_context *c)
{
	const bool trial = ((const options *)c->options)->dry_run;

	if (trial && (c->argc == 0 || c->argc > 2)) {
		return vv_usage_error("--dry-run requires one or two branches");
	}
	return c->argc > 1 && !trial
		       ? vv_usage_error("merge accepts one branch at a time, not %d", c->argc)
		       : VV_EXIT_OK;
}

static vv_status run_merge(vv_context *c, vv_error *err)
{
	options *o = c->options;
	vv_branch_merge *m = &o->merge;
	vv_status rc;

	m->repo = c->repo;
	if (o->dry_run) return try_merge(c, err);
	if ((rc = vv_context_need(c, VV_NEEDS_RIGHT, err)) < 0) return rc;
	if (o->ending.abort || o->resume || o->ending.quit) {
		o->ending.json = vv_wants_json(o->format);
		o->ending.edit = m->edit;
		o->ending.no_verify = m->no_verify;
		o->ending.messages = m->messages;
		return vv_commit_under_way(c, c->name, &o->ending, err);
	}
	if ((rc = vv_merge_need_no_state(c->repo, err)) < 0 ||
	    (rc = vv_branch_merge_find(m, c->argc > 0 ? c->argv[0] : NULL, err)) < 0 ||
	    (rc = vv_context_need(c, VV_NEEDS_PROGRESS | VV_NEEDS_READER, err)) < 0) {
		goto done;
	}
	m->reader = c->reader;
	rc = merge_into_branch(m, o, err);
	if (rc == VV_OK && m->outcome != VV_MERGE_CONFLICTS && !m->no_commit) {
		vv_context_gc_after(c, o->ending.quiet);
	}
done:
	c->code = m->outcome == VV_MERGE_CONFLICTS || m->lacking ? VV_EXIT_NO : VV_EXIT_OK;
	vv_branch_merge_clear(m);
	return rc;
}

static const vv_absent_option absent[] = {
	{"on by left-on how", .line = "varve sql \"SELECT * FROM 'FILE' a JOIN 'MORE' b JOINED\""},
	{.names = NULL},
};

const vv_command vv_cmd_merge = {
	.absent = absent,
	.name = "merge",
	.group = "history",
	.summary = "bring another branch into this one, tables by row and cell",
	.usage = "[--no-commit] [--no-ff | --ff-only] [-X RULE]... [-m TEXT] [BRANCH]\n"
		 "--dry-run [INTO] BRANCH\n"
		 "--continue | --abort | --quit",
	.example =
		"$ varve merge spring\n"
		"CONFLICT (content): prices.csv: 3 cells of 2 rows; 'varve conflicts' lists them\n"
		"$ varve resolve --theirs prices.csv\n"
		"$ varve merge --continue",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes =
		"there are conflicts, or tables were not written because their blocks are not available",
	.arguments = "ref",
	.rules = option_rules,
	.check = check_merge,
	.needs = VV_NEEDS_REPOSITORY, /* and of all but --dry-run VV_NEEDS_RIGHT */
	.run = run_merge,
};
