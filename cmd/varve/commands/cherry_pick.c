/*
 * cherry_pick: the change of another commit made again (cherry-pick), or taken back (revert).
 */
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/edited.h"
#include "cmd/varve/print/commit_summary.h"
#include "lib/commit/pick.h"
#include "repo/git/history/history.h"

typedef struct options {
	vv_pick pick;
	vv_ending_options ending; /* its editor: that of pick */
	bool resume;
	const char *format;
} options;

/* Results of the commits so far. */
typedef struct outcome {
	bool conflicts, empty, lacking;
	vv_json_out *json; /* a list that is open */
} outcome;

/* All picks, begun before the first one moves HEAD. */
typedef struct picks {
	vv_pick *items;
	size_t count, cap;
	vv_pathspec paths;
} picks;

static void picks_clear(picks *l)
{
	vv_array_clear(l->items, l->count, it, vv_pick_clear(it));
	vv_pathspec_clear(&l->paths);
}
VV_AUTO_CLEAR(picks, picks_clear)

static vv_status add_pick(picks *l, const vv_context *c, bool revert, const vv_oid *commit,
			  vv_error *err)
{
	const options *o = c->options;
	vv_pick p = o->pick;

	p.repo = c->repo;
	p.reader = c->reader;
	p.revert = revert;
	p.paths = l->paths.count > 0 ? &l->paths : NULL;
	const vv_status rc = vv_pick_begin(&p, commit, err);
	if (rc == VV_OK && (!p.paths || p.changed.count > 0)) {
		return vv_array_add(l->items, l->count, l->cap, p) ? VV_OK : vv_fail_nomem(err);
	}
	vv_pick_clear(&p);
	return rc;
}

/* A commit, or those of a range in the order of their picks. */
static vv_status add_word(picks *l, const vv_context *c, bool revert, const char *word,
			  vv_error *err)
{
	vv_auto(vv_log) *log = NULL;
	vv_range range;
	const vv_log_options o = {.ranges = &range, .range_count = 1, .reverse = !revert};
	vv_oid id;
	int more = 0;
	vv_status rc = vv_rev_range(c->repo, word, &range, err);

	if (rc < 0) return rc;
	if (!strstr(word, "..")) return add_pick(l, c, revert, &range.include, err);
	rc = vv_log_open(&log, c->repo, &o, err);
	while (rc == VV_OK && (more = vv_log_next(log, &id, err)) > 0) {
		rc = add_pick(l, c, revert, &id, err);
	}
	if (rc < 0) return rc;
	return more < 0 ? (vv_status)more : VV_OK;
}

/* Words are commits until one is none and names a file, or up to "--". */
static vv_status add_words(picks *l, const vv_context *c, bool revert, vv_error *err)
{
	int words = c->dashdash < 0 ? 1 : c->dashdash;
	vv_range range;

	while (c->dashdash < 0 && words < c->argc &&
	       (vv_rev_range(c->repo, c->argv[words], &range, VV_IGNORED) == VV_OK ||
		!vv_exists(c->argv[words]))) {
		words++;
	}
	vv_status rc = revert || words == c->argc
			       ? VV_OK
			       : vv_fail(err, VV_EUSAGE,
					 "cherry-pick does not accept files\nuse 'varve "
					 "restore --source COMMIT FILE' for single files");
	if (rc < 0 || (rc = vv_pathspec_init(&l->paths, c->repo, c->argc - words, c->argv + words,
					     err)) < 0) {
		return rc;
	}
	vv_array_each(c->argv, words, word) {
		if ((rc = add_word(l, c, revert, *word, err)) == VV_ENOTFOUND && revert &&
		    vv_exists(*word)) {
			return vv_fail(
				err, VV_EUSAGE,
				"'%s' is a file, not a commit\n'varve restore %s' discards its changes; 'varve revert HEAD -- %s' takes back those of the last commit",
				vv_text_shows(*word), vv_text_shows(*word), vv_text_shows(*word));
		}
		if (rc < 0) return rc;
	}
	vv_array_each(l->paths.items, l->paths.count, path) {
		if (!path->matched) {
			return vv_fail(err, VV_ENOTFOUND,
				       "'%s' is not among the changes of %s\n"
				       "'varve show --stat COMMIT' lists the changes of a commit",
				       vv_text_shows(path->given),
				       words == 1 ? vv_text_shows(c->argv[0]) : "these commits");
		}
	}
	return l->count == 0 ? vv_fail(err, VV_ENOTFOUND, "this range has no commits") : VV_OK;
}

static void print_run(const vv_pick *p, const options *o)
{
	bool conflicts = p->outcome == VV_PICK_CONFLICTS;

	if (p->outcome == VV_PICK_EMPTY) {
		vv_note("%s changes nothing here: %s", p->short_id,
			p->revert ? "it is already reverted"
				  : "its changes have been applied already");
		return;
	}
	if ((!o->ending.quiet && !p->apart) || conflicts) {
		vv_out_bytes(vv_buf_cstr(&p->job.report), p->job.report.len);
	}
}

static void put_path(vv_json_out *w, const void *item)
{
	vv_json_string(w, ((const vv_conflict_path *)item)->path);
}

static void put_json(vv_json_out *w, const vv_pick *p)
{
	static const char *const outcomes[] = {"empty", "committed", "staged", "conflicts"};

	vv_json_put_object(
		w, {JSON_TEXT("commit", vv_oid_shows(&p->of.id))},
		{JSON_TEXT("outcome", outcomes[p->outcome])},
		{JSON_TEXT("new", p->outcome == VV_PICK_COMMITTED ? vv_oid_shows(&p->tip) : NULL)},
		{JSON_EACH(put_path, "conflictPaths", p->job.conflicts.paths,
			   p->job.conflicts.count)});
}

static void print_conflicts(const vv_pick *p)
{
	if (p->apart) {
		vv_note("%s is in conflict; nothing was done\n"
			"without -n each commit is %s by itself, up to the first conflict",
			p->short_id, p->revert ? "reverted" : "picked");
	} else if (p->no_commit) {
		vv_note("resolve the conflicts; then 'varve commit' commits the result; 'varve %s --abort' undoes it",
			vv_pick_verb(p));
	} else {
		vv_note("resolve the conflicts, then 'varve %s --continue'; 'varve %s --abort' undoes "
			"it",
			vv_pick_verb(p), vv_pick_verb(p));
	}
}

static vv_status pick_one(vv_pick *p, const options *o, outcome *out, vv_error *err)
{
	vv_status rc = vv_pick_run(p, err);
	if (p->stays) {
		vv_note("all changes are staged: run 'varve %s --continue' to commit them, or 'varve %s --abort' to undo them",
			vv_pick_verb(p), vv_pick_verb(p));
	}
	if (rc < 0) return rc;
	if (vv_wants_json(o->format)) {
		put_json(out->json, p);
	} else {
		print_run(p, o);
	}
	out->empty |= p->outcome == VV_PICK_EMPTY;
	out->conflicts = p->outcome == VV_PICK_CONFLICTS;
	out->lacking |= p->job.by_git.lacking;
	if (out->conflicts) {
		print_conflicts(p);
	}
	if (p->outcome == VV_PICK_COMMITTED && !o->ending.quiet && !vv_wants_json(o->format)) {
		vv_commit_summary_print_made(p->repo, &p->head, &p->tip, o->ending.verbose);
	}
	return VV_OK;
}

/* Stages the sum of all commits. It is a commit that no log shows, so its id is not printed. */
static vv_status stage_sum(vv_pick *sum, const options *o, outcome *out, vv_error *err)
{
	vv_status rc = vv_pick_run(sum, err);

	if (rc < 0) return rc;
	if (sum->outcome == VV_PICK_EMPTY) {
		vv_note("together, these commits change nothing here");
	} else if (!vv_wants_json(o->format)) {
		print_run(sum, o);
	}
	out->lacking |= sum->job.by_git.lacking;
	return VV_OK;
}

/* Without commits of their own several commits are one change: each is picked onto the result of those before it, apart, and the
 * last result is staged. */
static vv_status stage_all(picks *l, vv_context *c, outcome *out, vv_error *err)
{
	vv_auto(vv_pick) sum = {
		.repo = c->repo, .reader = c->reader, .command = c->name, .no_commit = true};
	vv_oid onto = {0};
	vv_status rc = VV_OK;

	vv_array_each(l->items, l->count, p) {
		p->apart = true;
		p->onto = onto;
		if ((rc = pick_one(p, c->options, out, err)) < 0 || out->conflicts) return rc;
		onto = p->outcome == VV_PICK_STAGED ? p->tip : onto;
	}
	if (vv_oid_is_null(&onto) || (rc = vv_pick_begin(&sum, &onto, err)) < 0) return rc;
	return stage_sum(&sum, c->options, out, err);
}

static vv_status pick_all(picks *l, vv_context *c, outcome *out, vv_error *err)
{
	const options *o = c->options;
	vv_status rc = VV_OK;

	if (o->pick.no_commit && l->count > 1) return stage_all(l, c, out, err);
	for (size_t i = 0; rc == VV_OK && !out->conflicts && i < l->count; i++) {
		rc = pick_one(&l->items[i], o, out, err);
		if ((rc < 0 || out->conflicts) && i + 1 < l->count) {
			vv_note("not applied yet: %s%s", l->items[i + 1].short_id,
				i + 2 < l->count ? " and the commits after it" : "");
		}
	}
	return rc;
}

/* "revert" alone is mostly meant for edits. */
static void hint_revert(vv_string_list *changed, vv_error *err)
{
	vv_auto(vv_buf) names = VV_BUF_INIT;

	vv_edited_read(changed, NULL);
	vv_array_each(changed->items, changed->count, name) {
		vv_text_put_argv(&names, 1, name);
	}
	if (names.len > 0 && names.len + 32 < VV_HINT_MAX) {
		vv_hint(err,
			"'varve restore%s' does it, for edits; 'varve revert HEAD' for the last commit",
			vv_buf_cstr(&names));
	} else {
		vv_hint(err, "'varve revert HEAD' does it, for the last commit");
	}
}

static int check_pick(const vv_context *c)
{
	const options *o = c->options;
	vv_auto(vv_string_list) changed = {0};
	vv_error err;

	if (o->ending.abort || o->resume || o->ending.quit || (c->argc > 0 && c->dashdash != 0)) {
		return VV_EXIT_OK;
	}
	vv_fail(&err, VV_EUSAGE, "%s requires a commit", c->name);
	if (strcmp(c->name, "revert") == 0) {
		hint_revert(&changed, &err);
	} else {
		vv_hint(&err, "'varve log --all --oneline' lists commits");
	}
	vv_report(&err);
	vv_edited_warn("varve restore ", NULL, &changed);
	return VV_EXIT_TROUBLE;
}

static vv_status pick_commits(vv_context *c, bool revert, vv_error *err)
{
	options *o = c->options;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_json_out json = vv_json_begin_object(&text, 0);
	outcome out = {.json = &json};
	vv_auto(picks) list = {0};

	if (o->ending.abort || o->resume || o->ending.quit) {
		o->ending.edit = o->pick.edit;
		return vv_commit_under_way(c, c->name, &o->ending, err);
	}
	vv_status rc = vv_merge_need_no_state(c->repo, err);
	rc = rc < 0 ? rc : vv_context_need(c, VV_NEEDS_PROGRESS | VV_NEEDS_READER, err);
	rc = rc < 0 ? rc : add_words(&list, c, revert, err);
	vv_json_add_array(&json, "picks");
	rc = rc < 0 ? rc : pick_all(&list, c, &out, err);
	vv_json_close_array(&json);
	vv_json_close_object(&json);
	if (rc == VV_OK && vv_wants_json(o->format)) {
		rc = vv_out_json(&text, err);
	}
	if (rc == VV_OK && !out.conflicts && !o->pick.no_commit) {
		vv_context_gc_after(c, o->ending.quiet);
	}
	/* an empty pick is fine if the interrupted command had finished its work */
	c->code = out.conflicts || out.lacking ||
				  (out.empty &&
				   !(c->found.finished && vv_interruption_was(&c->found, c->name)))
			  ? VV_EXIT_NO
			  : VV_EXIT_OK;
	return rc;
}

#define PICK_OPTIONS                                                                               \
	OPT_LIST('X', "strategy-option", pick.how, "RULE", VV_MERGE_RULES_HELP),                   \
		OPT_FLAG('e', "edit", pick.edit, "open the editor on the message"),                \
		OPT_FLAG(0, "abort", ending.abort,                                                 \
			 "abandon the operation and restore the previous state"),                  \
		OPT_FLAG(0, "continue", resume,                                                    \
			 "commit the result once the conflicts are resolved"),                     \
		OPT_FLAG(0, "quit", ending.quit,                                                   \
			 "forget the operation; files and index do not change"),                   \
		OPT_FLAG('v', "verbose", ending.verbose,                                           \
			 "also show the blocks and bytes that each table added to the store"),     \
		OPT_FLAG('q', "quiet", ending.quiet, "print only conflicts and warnings"),         \
		OPT_JSON("the output format")

static const vv_option cherry_pick_table[] = {
	OPT_FLAG('n', "no-commit", pick.no_commit, "only stage the change"),
	OPT_POSITIVE('m', "mainline", pick.mainline, "N",
		     "for a merge, apply its changes against parent N"),
	OPT_FLAG('x', NULL, pick.note_origin, "name the original commit in the message"),
	PICK_OPTIONS,
};

static vv_status run_cherry_pick(vv_context *c, vv_error *err)
{
	return pick_commits(c, false, err);
}

#define OF_NEW_PICKS " -X -n -m"

static const vv_option_rule option_rules[] = {
	{"--abort", .excludes = "--continue --quit COMMIT -e" OF_NEW_PICKS},
	{"--continue", .excludes = "--quit COMMIT" OF_NEW_PICKS},
	{"--quit", .excludes = "COMMIT -e" OF_NEW_PICKS},
	{NULL, NULL, NULL},
};

const vv_command vv_cmd_cherry_pick = {
	.name = "cherry-pick",
	.group = "history",
	.summary = "apply the changes of another commit to this branch",
	.usage = "[-n] [-x] [-m N] COMMIT...\n--continue | --abort | --quit",
	.example = "$ varve cherry-pick spring\n"
		   "[main 8c1f0a2] Correct two prices\n"
		   " 1 file changed",
	.options = cherry_pick_table,
	.option_count = VV_OPTION_COUNT(cherry_pick_table),
	.options_size = sizeof(options),
	.exit_codes =
		"there are conflicts, or the change is already present, or tables were not written because their blocks are not available",
	.arguments = "ref",
	.rules = option_rules,
	.check = check_pick,
	.needs = VV_NEEDS_RIGHT,
	.run = run_cherry_pick,
};

static const vv_option revert_table[] = {
	OPT_FLAG('n', "no-commit", pick.no_commit, "only stage the change"),
	OPT_POSITIVE('m', "mainline", pick.mainline, "N",
		     "for a merge, go back to the version of parent N"),
	PICK_OPTIONS,
};

static vv_status run_revert(vv_context *c, vv_error *err)
{
	return pick_commits(c, true, err);
}

static const vv_absent_option revert_absent[] = {
	{"row key k id", .line = "varve restore --source VERSION~1 --row VALUE FILE"},
	{"column columns", .line = "varve restore --source VERSION~1 --column VALUE FILE"},
	{.names = NULL},
};

const vv_command vv_cmd_revert = {
	.name = "revert",
	.group = "history",
	.summary = "undo the changes of a commit with a new commit",
	.usage = "[-n] [-m N] COMMIT... [-- FILE...]\n--continue | --abort | --quit",
	.example = "$ varve revert HEAD~2\n"
		   "[main 5d0b7e1] Revert \"March prices\"\n"
		   " 1 file changed",
	.options = revert_table,
	.absent = revert_absent,
	.option_count = VV_OPTION_COUNT(revert_table),
	.options_size = sizeof(options),
	.exit_codes =
		"there are conflicts, or it is already reverted, or tables were not written because their blocks are not available",
	.arguments = "ref",
	.rules = option_rules,
	.check = check_pick,
	.needs = VV_NEEDS_RIGHT,
	.run = run_revert,
};
