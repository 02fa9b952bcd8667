/*
 * merge: another branch's versions brought into this one.
 */
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/print/commit_stat.h"
#include "cmd/varve/print/commit_summary.h"
#include "cmd/varve/print/conflicts.h"
#include "cmd/varve/print/status.h"
#include "lib/commit/merge_branch.h"
#include "lib/merge/base.h"
#include "lib/merge/rules.h"
#include "repo/git/history/history.h"
#include "repo/git/verb/hook.h"

typedef struct options {
	vv_branch_merge merge;
	bool dry_run, abort, resume, quit, edit, no_edit, quiet;
	const char *format;
} options;

static const vv_option table[] = {
	OPT_LIST('m', "message", merge.messages, "TEXT",
		 "the message of the merge; given again, another paragraph"),
	OPT_LIST('X', "strategy-option", merge.how, "RULE", VV_MERGE_RULES_HELP),
	OPT_FLAG(0, "dry-run", dry_run, "only show what would be merged and what would conflict"),
	OPT_FLAG(0, "no-commit", merge.no_commit, "stop before the commit, even without conflicts"),
	OPT_FLAG(0, "ff", merge.ff, "only move the branch where that is enough (the default)"),
	OPT_FLAG(0, "no-ff", merge.no_ff,
		 "make a commit even where moving the branch would be enough"),
	OPT_FLAG(0, "ff-only", merge.ff_only, "refuse if moving the branch is not enough"),
	OPT_FLAG(0, "abort", abort, "abandon the merge and restore the previous state"),
	OPT_FLAG(0, "continue", resume, "commit the merge once its conflicts are resolved"),
	OPT_FLAG(0, "quit", quit, "forget the merge; files and index do not change"),
	OPT_FLAG(0, "allow-unrelated-histories", merge.unrelated,
		 "merge even if no commit is in common"),
	OPT_FLAG('e', "edit", edit, "open the editor on the message"),
	OPT_FLAG(0, "no-edit", no_edit, "use the message unchanged (the default)"),
	OPT_FLAG('n', "no-verify", merge.no_verify,
		 "skip the pre-merge-commit and commit-msg hooks"),
	OPT_FLAG('v', "verbose", merge.verbose,
		 "also show the groups and bytes that each dataset added to the store"),
	OPT_FLAG('q', "quiet", quiet, "print only conflicts and warnings"),
	OPT_JSON("the output format"),
};

/* --- printing -------------------------------------------------------------------------------- */

static void say_moved(const vv_branch_merge *m)
{
	vv_auto(char) *from = NULL, *to = NULL;

	if (!m->quiet && vv_rev_short(m->repo, &m->theirs, &to, VV_IGNORED) == VV_OK) {
		if (!m->head.unborn) {
			(void)vv_rev_short(m->repo, &m->head.commit, &from, VV_IGNORED);
		}
		vv_out("fast-forward: %s%s%s, %s file%s changed\n", from ? from : "",
		       from ? " -> " : "", to, vv_text_count(m->moved), m->moved == 1 ? "" : "s");
	}
}

/* As the summary of a commit, against what HEAD was. */
static void say_stat(const vv_branch_merge *m)
{
	const vv_stat_options how = {.growth = m->verbose};
	vv_auto(vv_commit_stat) stat = {0};
	vv_error err;

	if (m->quiet) return;
	if (vv_commit_stat_make(&stat, m->repo, m->head.unborn ? NULL : &m->head.commit, &m->theirs,
				&how, &err) < 0) {
		vv_warn("%s", err.message);
	} else {
		vv_commit_stat_print(&stat, false);
	}
}

static void say_merged(vv_branch_merge *m)
{
	if (!m->quiet || m->outcome == VV_MERGE_CONFLICTS) {
		vv_out_bytes(vv_buf_cstr(&m->job.report), m->job.report.len);
	}
	if (m->outcome == VV_MERGE_CONFLICTS) {
		vv_note("resolve the conflicts, then 'varve merge --continue'; 'varve merge "
			"--abort' undoes it");
	} else if (m->outcome == VV_MERGE_STAGED) {
		vv_note("all is merged and staged; 'varve merge --continue' commits it");
	}
}

static void say_done(vv_branch_merge *m)
{
	if (m->outcome == VV_MERGE_UP_TO_DATE) {
		if (!m->quiet) {
			vv_out("already up to date\n");
		}
	} else if (m->outcome == VV_MERGE_FORWARD) {
		say_moved(m);
		say_stat(m);
	} else {
		say_merged(m);
	}
}

/* Where the branch stands now. */
static const vv_oid *tip(const vv_branch_merge *m)
{
	return m->outcome == VV_MERGE_FORWARD ? &m->theirs
	       : m->commit.made               ? &m->commit.id
					      : &m->head.commit;
}

static void put_id(vv_json_out *w, const char *name, const vv_oid *id)
{
	vv_json_add_string(w, name, vv_oid_is_null(id) ? NULL : vv_oid_shows(id));
}

static vv_status put_files(vv_json_out *w, const vv_branch_merge *m, vv_error *err)
{
	const vv_stat_options how = {.growth = true, .texts = true};
	const vv_oid *old = m->head.unborn ? NULL : &m->head.commit;
	vv_auto(vv_commit_stat) stat = {0};
	vv_status rc = VV_OK;

	if (tip(m) != &m->head.commit) {
		rc = vv_commit_stat_make(&stat, m->repo, old, tip(m), &how, err);
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
			    {JSON_NUMBER("rowsDeleted", s->rows_deleted)});
}

/* Tables that both sides changed. */
static void put_tables(vv_json_out *w, const vv_merge_job *j)
{
	vv_json_add_array(w, "tables");
	for (size_t i = 0; j->merged && j->tables && i < vv_merged_count(j->merged); i++) {
		const vv_conflict_record *c = &j->tables[i].record;
		const vv_merge_stats *s = &j->tables[i].stats;

		if (!c->path) {
			continue;
		}
		vv_json_open_object(w);
		vv_json_put_members(w, {JSON_TEXT("path", c->path)},
				    {JSON_NUMBER("cellsChanged", s->cells_from_theirs)},
				    {JSON_NUMBER("rowsAdded", s->rows_from_theirs)},
				    {JSON_NUMBER("rowsRemoved", s->rows_removed_by_theirs)});
		put_rules(w, s);
		vv_json_put_members(w, {JSON_NUMBER("conflictCount", c->count + c->left_out)},
				    {JSON_ARRAY("items")});
		for (size_t k = 0; j->dry && k < c->count; k++) {
			vv_conflict_item_json(w, &c->items[k]);
		}
		vv_json_close_array(w);
		vv_json_close_object(w);
	}
	vv_json_close_array(w);
}

static void put_conflicts(vv_json_out *w, const vv_merge_job *j)
{
	vv_json_add_array(w, "conflictPaths");
	for (size_t i = 0; j->conflicts > 0 && i < vv_merged_count(j->merged); i++) {
		if (!j->settled[i]) {
			vv_json_string(w, vv_merged_at(j->merged, i)->path);
		}
	}
	vv_json_close_array(w);
}

static vv_status print_json(const vv_branch_merge *m, vv_error *err)
{
	static const char *const outcomes[] = {"up-to-date", "fast-forward", "merged", "staged",
					       "conflicts"};
	const bool stays = m->outcome == VV_MERGE_READY && !m->commit.made;
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_json_out w = vv_json_begin_object(&b, 2);
	vv_json_put_members(&w,
			    {JSON_TEXT("outcome", outcomes[stays ? VV_MERGE_STAGED : m->outcome])},
			    {JSON_TEXT("merged", m->word)});
	put_id(&w, "theirCommit", &m->theirs);
	put_id(&w, "old", &m->head.commit);
	put_id(&w, "new", tip(m));
	vv_status rc = put_files(&w, m, err);
	put_tables(&w, &m->job);
	put_conflicts(&w, &m->job);
	vv_json_add_bool(&w, "blocksHere", !m->lacking);
	vv_json_close_object(&w);
	return rc < 0 ? rc : vv_out_json(&b, err);
}

static vv_status merge(vv_branch_merge *m, bool json, vv_error *err)
{
	vv_status rc = vv_branch_merge_run(m, err);

	if (rc < 0) return rc;
	if (json) {
	} else {
		say_done(m);
	}
	rc = vv_branch_merge_finish(m, err);
	if (json && rc == VV_OK) {
		rc = print_json(m, err);
	} else if (!json && m->outcome == VV_MERGE_READY) {
		vv_commit_summary_print_merge(&m->commit);
	}
	vv_progress_end();
	if (m->stays) {
		vv_note("all is merged and staged: 'varve merge --continue' commits it, "
			"'varve merge --abort' undoes it");
	}
	return rc;
}

/* --- what would be ---------------------------------------------------------------------------- */

static vv_status print_trial(const vv_merge_job *j, const char *outcome, bool json, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (!json) {
		vv_out_bytes(vv_buf_cstr(&j->report), j->report.len);
		for (size_t i = 0; j->merged && i < vv_merged_count(j->merged); i++) {
			vv_conflicts_print(&j->tables[i].record);
		}
		vv_out("%s\n", j->conflicts > 0 ? "it would be a merge with conflicts" : outcome);
		return VV_OK;
	}
	vv_json_out w = vv_json_begin_object(&b, 2);
	vv_json_add_string(&w, "outcome", j->conflicts > 0 ? "conflicts" : outcome);
	put_id(&w, "theirCommit", &j->theirs);
	put_id(&w, "old", &j->ours);
	put_tables(&w, j);
	put_conflicts(&w, j);
	vv_json_close_object(&w);
	return vv_out_json(&b, err);
}

static vv_status try_merge(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const char *into = c->argc > 1 ? c->argv[0] : "HEAD", *from = c->argv[c->argc - 1];
	const bool json = vv_wants_json(o->format);
	vv_auto(vv_merge_job) j = {.repo = c->repo,
				   .names = {"base", into, from},
				   .labels = {"base", into, from},
				   .how = o->merge.how};
	const char *outcome = json ? "merged" : "it would be a merge without conflicts";
	size_t bases;
	vv_status rc;

	if ((rc = vv_context_need(c, VV_NEEDS_PROGRESS | VV_NEEDS_WRITER, err)) < 0 ||
	    (rc = vv_merge_rules_check(&o->merge.how, err)) < 0 ||
	    (rc = vv_rev_commit(c->repo, into, &j.ours, err)) < 0 ||
	    (rc = vv_rev_commit(c->repo, from, &j.theirs, err)) < 0) {
		return rc;
	}
	j.writer = c->writer;
	j.theirs_commit = j.theirs;
	if ((rc = vv_merge_base_make(&j.base, &bases, c->repo, c->writer, &j.ours, &j.theirs,
				     err)) < 0) {
		return rc;
	}
	if (bases == 0 && !o->merge.unrelated) return vv_merge_refuse_unrelated(into, from, err);
	if (vv_oid_equal(&j.base, &j.theirs)) {
		outcome = json ? "up-to-date" : "already up to date";
	} else if (vv_oid_equal(&j.base, &j.ours)) {
		outcome = json ? "fast-forward" : "it would be a fast-forward";
	} else {
		rc = vv_merge_try(&j, err);
	}
	vv_progress_end();
	c->code = j.conflicts > 0 ? VV_EXIT_NO : VV_EXIT_OK;
	return rc < 0 ? rc : print_trial(&j, outcome, json, err);
}

static int check_merge(const vv_context *c)
{
	const options *o = c->options;
	int under_way = o->abort + o->resume + o->quit;

	if (under_way > 1 || (under_way > 0 && c->argc > 0)) {
		return vv_usage_error("--abort, --continue and --quit take no other options");
	}
	if (o->dry_run && (c->argc == 0 || c->argc > 2)) {
		return vv_usage_error("--dry-run takes the branch, or the two, to merge");
	}
	if (c->argc > 1 && !o->dry_run) {
		return vv_usage_error("merge takes one branch at a time, not %d", c->argc);
	}
	if ((o->abort || o->quit) && o->format) {
		return vv_usage_error("--abort and --quit have no report");
	}
	return o->merge.no_ff && o->merge.ff_only
		       ? vv_usage_error("--no-ff and --ff-only exclude each other")
		       : VV_EXIT_OK;
}

static vv_status run_merge(vv_context *c, vv_error *err)
{
	options *o = c->options;
	vv_branch_merge *m = &o->merge;
	vv_status rc;

	m->repo = c->repo;
	m->quiet = o->quiet || vv_wants_json(o->format);
	m->editor = o->edit ? vv_editor_run : NULL;
	m->put_changes = vv_status_put_comments;
	if (o->dry_run) return try_merge(c, err);
	if ((rc = vv_context_need(c, VV_NEEDS_RIGHT, err)) < 0) return rc;
	if (o->abort || o->resume || o->quit) {
		return vv_commit_under_way(c, c->name, o->abort, o->quit, m->verbose,
					   vv_wants_json(o->format), err);
	}
	if ((rc = vv_merge_need_no_state(c->repo, err)) == VV_OK &&
	    (rc = vv_branch_merge_find(m, c->argc > 0 ? c->argv[0] : NULL, err)) == VV_OK &&
	    (rc = vv_context_need(c, VV_NEEDS_PROGRESS | VV_NEEDS_WRITER | VV_NEEDS_INDEX, err)) ==
		    VV_OK) {
		m->writer = c->writer;
		m->index = c->index;
		rc = merge(m, vv_wants_json(o->format), err);
	}
	vv_progress_end();
	if (rc == VV_OK && m->outcome != VV_MERGE_CONFLICTS && !m->no_commit) {
		vv_context_gc_after(c, o->quiet);
	}
	c->code = m->outcome == VV_MERGE_CONFLICTS || m->lacking ? VV_EXIT_NO : VV_EXIT_OK;
	vv_branch_merge_clear(m);
	return rc;
}

const vv_command vv_cmd_merge = {
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
		"there are conflicts, or tables were not written, since their blocks cannot be had",
	.arguments = "ref",
	.check = check_merge,
	.needs = VV_NEEDS_REPOSITORY, /* and of all but --dry-run VV_NEEDS_RIGHT */
	.run = run_merge,
};
