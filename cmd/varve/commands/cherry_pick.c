/*
 * cherry_pick: the change of another commit made once more (cherry-pick), or taken back (revert).
 */
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/print/commit_summary.h"
#include "lib/commit/pick.h"

typedef struct options {
	bool no_commit, edit, note_origin, abort, resume, quit, quiet, verbose;
	vv_strings how;
	uint64_t mainline; /* of a merge: which parent it is compared with, from 1; 0: not said */
} options;

/* What the commits so far left. */
typedef struct outcome {
	bool conflicts, empty, lacking;
} outcome;

static void print_run(const vv_pick *p, const options *o)
{
	bool conflicts = p->outcome == VV_PICK_CONFLICTS;

	if (p->outcome == VV_PICK_EMPTY) {
		vv_note("%s changes nothing here: %s", p->short_id,
			p->revert ? "it is already reverted"
				  : "its changes have been applied already");
		return;
	}
	if (!o->quiet || conflicts) {
		vv_out_bytes(vv_buf_cstr(&p->job.report), p->job.report.len);
	}
}

static void print_conflicts(const vv_pick *p)
{
	if (p->no_commit) {
		vv_note("resolve the conflicts; then 'varve commit' commits the result; 'varve %s --abort' undoes it",
			vv_pick_verb(p));
	} else {
		vv_note("resolve the conflicts, then 'varve %s --continue'; 'varve %s --abort' undoes "
			"it",
			vv_pick_verb(p), vv_pick_verb(p));
	}
}

static vv_status pick_one(vv_pick *p, const options *o, outcome *out, const char *word,
			  vv_error *err)
{
	vv_status rc = vv_pick_run(p, word, err);

	if (p->stays) {
		vv_progress_end();
		vv_note("all is staged: 'varve %s --continue' commits it, 'varve %s --abort' "
			"undoes it",
			vv_pick_verb(p), vv_pick_verb(p));
	}
	if (rc < 0) return rc;
	if (p->outcome != VV_PICK_EMPTY) {
		vv_progress_end();
	}
	print_run(p, o);
	out->empty |= p->outcome == VV_PICK_EMPTY;
	out->conflicts = p->outcome == VV_PICK_CONFLICTS;
	out->lacking |= p->job.by_git.lacking;
	if (out->conflicts) {
		print_conflicts(p);
	}
	if (p->outcome == VV_PICK_COMMITTED && !o->quiet) {
		vv_commit_summary_print_made(p->repo, &p->head, &p->tip, o->verbose);
	}
	return VV_OK;
}

static vv_status pick_all(vv_context *c, bool revert, outcome *out, vv_error *err)
{
	const options *o = c->options;
	vv_status rc = VV_OK;

	for (int i = 0; rc == VV_OK && !out->conflicts && i < c->argc; i++) {
		vv_auto(vv_pick) p = {.repo = c->repo,
				      .reader = c->reader,
				      .revert = revert,
				      .no_commit = o->no_commit,
				      .edit = o->edit,
				      .note_origin = o->note_origin,
				      .mainline = o->mainline,
				      .how = o->how};

		rc = pick_one(&p, o, out, c->argv[i], err);
		if ((rc < 0 || out->conflicts) && i + 1 < c->argc) {
			vv_note("not done yet: %s%s", vv_text_shows(c->argv[i + 1]),
				i + 2 < c->argc ? " and what follows" : "");
		}
	}
	return rc;
}

static int check_pick(const vv_context *c)
{
	const options *o = c->options;
	int under_way = o->abort + o->resume + o->quit;

	if (under_way > 1 || (under_way > 0 && c->argc > 0)) {
		return vv_usage_error("--abort, --continue and --quit take no other options");
	}
	if (under_way == 0 && c->argc == 0) return vv_usage_error("%s needs a commit", c->name);
	return c->argc > 1 && o->no_commit
		       ? vv_usage_error("--no-commit takes one commit at a time")
		       : VV_EXIT_OK;
}

static vv_status pick(vv_context *c, bool revert, vv_error *err)
{
	const options *o = c->options;
	outcome out = {0};
	vv_status rc;

	if (o->abort || o->resume || o->quit) {
		return vv_commit_under_way(c, c->name, o->abort, o->quit, o->verbose, false, err);
	}
	if ((rc = vv_merge_need_no_state(c->repo, err)) == VV_OK &&
	    (rc = vv_context_need(c, VV_NEEDS_PROGRESS | VV_NEEDS_READER, err)) == VV_OK) {
		rc = pick_all(c, revert, &out, err);
	}
	vv_progress_end();
	if (rc == VV_OK && !out.conflicts && !o->no_commit) {
		vv_context_gc_after(c, o->quiet);
	}
	/* What an interrupted one of these has done already is done. */
	c->code = out.conflicts || out.lacking ||
				  (out.empty &&
				   !(c->found.finished && vv_interruption_was(&c->found, c->name)))
			  ? VV_EXIT_NO
			  : VV_EXIT_OK;
	return rc;
}

#define PICK_OPTIONS                                                                               \
	OPT_LIST('X', "strategy-option", how, "RULE", VV_MERGE_RULES_HELP),                        \
		OPT_FLAG('e', "edit", edit, "open the editor on the message"),                     \
		OPT_FLAG(0, "abort", abort, "abandon it and restore the previous state"),          \
		OPT_FLAG(0, "continue", resume, "commit it once its conflicts are resolved"),      \
		OPT_FLAG(0, "quit", quit, "forget it; files and index do not change"),             \
		OPT_FLAG('v', "verbose", verbose,                                                  \
			 "also show the groups and bytes that each table added to the store"),     \
		OPT_FLAG('q', "quiet", quiet, "print only conflicts and warnings")

static const vv_option cherry_pick_table[] = {
	OPT_FLAG('n', "no-commit", no_commit, "only stage the change"),
	OPT_NUMBER('m', "mainline", mainline, "N",
		   "for a merge, apply its changes against parent N"),
	OPT_FLAG('x', NULL, note_origin, "name the original commit in the message"),
	PICK_OPTIONS,
};

static vv_status run_cherry_pick(vv_context *c, vv_error *err)
{
	return pick(c, false, err);
}

const vv_command vv_cmd_cherry_pick = {
	.name = "cherry-pick",
	.group = "history",
	.summary = "apply the change of another commit here",
	.usage = "[-n] [-x] [-m N] COMMIT...\n--continue | --abort | --quit",
	.example = "$ varve cherry-pick spring\n"
		   "[main 8c1f0a2] Correct two prices\n"
		   " 1 file changed",
	.options = cherry_pick_table,
	.option_count = VV_OPTION_COUNT(cherry_pick_table),
	.options_size = sizeof(options),
	.exit_codes = "there are conflicts, or the change is already there, or "
		      "tables were not written, since their blocks cannot be had",
	.arguments = "ref",
	.check = check_pick,
	.needs = VV_NEEDS_RIGHT,
	.run = run_cherry_pick,
};

static const vv_option revert_table[] = {
	OPT_FLAG('n', "no-commit", no_commit, "only stage the change"),
	OPT_NUMBER('m', "mainline", mainline, "N",
		   "for a merge, go back to the version of parent N"),
	PICK_OPTIONS,
};

static vv_status run_revert(vv_context *c, vv_error *err)
{
	return pick(c, true, err);
}

const vv_command vv_cmd_revert = {
	.name = "revert",
	.group = "history",
	.summary = "undo the changes of a commit with a new commit",
	.usage = "[-n] [-m N] COMMIT...\n--continue | --abort | --quit",
	.example = "$ varve revert HEAD~2\n"
		   "[main 5d0b7e1] Revert \"March prices\"\n"
		   " 1 file changed",
	.options = revert_table,
	.option_count = VV_OPTION_COUNT(revert_table),
	.options_size = sizeof(options),
	.exit_codes = "there are conflicts, or it is already reverted, or "
		      "tables were not written, since their blocks cannot be had",
	.arguments = "ref",
	.check = check_pick,
	.needs = VV_NEEDS_RIGHT,
	.run = run_revert,
};
