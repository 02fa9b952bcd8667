/*
 * pull: fetches, and merges the result into the current branch.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/frame/run.h"
#include "cmd/varve/commands.h"
#include "lib/merge/rules.h"
#include "lib/space/room.h"
#include "lib/sync/fetch_run.h"
#include "repo/git/config.h"
#include "repo/git/history/dropped.h"
#include "repo/git/history/history.h"
#include "repo/git/history/state.h"
#include "repo/git/run_git.h"
#include "repo/git/verb/runner.h"
#include "repo/known/erased.h"

typedef struct options {
	vv_fetch_job job;
	bool ff_only, rebases, allow_rewritten;
	bool no_ff;         /* by pull.ff */
	const char *rebase; /* "yes" or "no", as the last of --rebase and --no-rebase; or NULL */
	const char *format;
	const char *rebase_how; /* "--interactive", "--rebase-merges", or NULL */
	vv_strings how;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "ff-only", ff_only, "refuse unless a fast-forward is possible"),
	OPT_WORD('r', "rebase", rebase, "yes", "run 'git rebase' in place of a merge"),
	OPT_WORD(0, "no-rebase", rebase, "no", "merge, even if pull.rebase is set"),
	OPT_FLAG(0, "allow-rewritten", allow_rewritten,
		 "merge even if that brings back commits that the remote has no longer"),
	OPT_LIST('X', "strategy-option", how, "RULE", VV_MERGE_RULES_HELP),
	OPT_LIST(0, "from", job.from, "PEER",
		 "get blocks from this remote or URL as well; may be repeated"),
	OPT_FLAG('p', "prune", job.prune,
		 "remove remote-tracking branches that no longer exist at the remote"),
	OPT_FLAG(0, "allow-missing", job.allow_missing,
		 "accept a version even if no peer has all of its blocks"),
	OPT_POSITIVE(
		0, "timeout", job.idle_sec, "SECONDS",
		"stop waiting for a peer after this long without a byte (default: varve.timeout, or 10 for the first byte, then 60)"),
	OPT_FLAG('v', "verbose", job.verbose,
		 "also show how many blocks arrived, and how much each table added to the store"),
	OPT_FLAG('q', "quiet", job.quiet, "print only conflicts and warnings"),
	OPT_JSON("the output format"),
};

static const vv_option_rule option_rules[] = {
	{"--rebase", .excludes = "--ff-only --json --allow-rewritten"},
	{NULL, NULL, NULL},
};

static const vv_absent_option absent[] = {
	{"ff no-ff no-commit allow-unrelated-histories",
	 .hint = "'varve fetch' and then 'varve merge' have it"},
	{"tags", .hint = "'varve fetch --tags' has it"},
	{.names = NULL},
};

static const char *const rebase_merges[] = {"merges", "m"};
static const char *const rebase_interactive[] = {"interactive", "i"};

/* "refs/heads/main": the branch of the remote that this one follows; NULL when none is set. */
static vv_status followed_branch(char **out, vv_repository *r, const char *branch, vv_error *err)
{
	const bool is = branch && strncmp(branch, "refs/heads/", 11) == 0;
	vv_auto(char) *key = is ? vv_asprintf("branch.%s.merge", branch + 11) : NULL;

	*out = NULL;
	if (!is) return VV_OK;
	if (!key) return vv_fail_nomem(err);
	return vv_missing_ok(vv_config_string(r, key, out, err), err);
}

/* branch NULL: HEAD is on none, and the user named none. */
static vv_status fail_no_branch(const char *branch, vv_error *err)
{
	if (branch) {
		vv_fail(err, VV_ENOTFOUND, "the remote has no branch '%s' to merge",
			vv_text_shows(strncmp(branch, "refs/heads/", 11) == 0 ? branch + 11
									      : branch));
	} else {
		vv_fail(err, VV_ENOTFOUND, "HEAD is detached: pull requires the branch to merge");
	}
	return vv_hint(err, "name one: varve pull REMOTE BRANCH; 'git branch -r' lists them");
}

static vv_status fetch_remote(vv_fetch_job *j, int argc, char **argv, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_auto(char) *merge = NULL;
	vv_status rc = vv_head_read(j->repo, &head, err);

	if (rc < 0) return rc;
	j->remote = argc > 0 ? argv[0] : NULL;
	j->specs = argv + 1;
	j->spec_count = argc > 1 ? argc - 1 : 0;
	rc = followed_branch(&merge, j->repo, head.branch, err);
	/* Without settings the branch of the same name is meant. */
	j->merge = merge ? merge : head.branch;
	if (rc == VV_OK) {
		rc = vv_fetch_job_run(j, err);
		rc = rc < 0 ? rc : vv_room_keep(j->repo, &vv_notes_stderr, j->quiet, err);
	}
	if (rc == VV_OK && !j->merge_name) {
		rc = fail_no_branch(j->merge, err);
	}
	j->merge = NULL;
	return rc;
}

/* The name for merge: the tracking branch if any, otherwise the commit. */
static const char *merge_word(const vv_fetch_job *j, char hex[VV_OID_TEXT + 1])
{
	vv_array_each(j->plan.moves, j->plan.count, m) {
		if (m->to && !m->refused && strncmp(m->to, "refs/remotes/", 13) == 0 &&
		    strcmp(m->from, j->merge_name) == 0 && vv_oid_equal(&m->id, &j->merge_id)) {
			return m->to + 13;
		}
	}
	vv_oid_text(hex, &j->merge_id);
	return hex;
}

/* Sets *out to the newest commit of HEAD that the remote-tracking branch had and dropped; null: none. Only
 * later ones are one's own. */
static vv_status find_dropped(vv_oid *out, const options *o, vv_repository *r, vv_error *err)
{
	char hex[VV_OID_TEXT + 1];
	vv_auto(char) *ref = vv_asprintf("refs/remotes/%s", merge_word(&o->job, hex));
	const vv_oid *tip = &o->job.merge_id;
	vv_dropped d;
	vv_oid head;
	vv_status rc;

	*out = (vv_oid){{0}};
	if (!ref) return vv_fail_nomem(err);
	if ((rc = vv_rev_commit(r, "HEAD", &head, err)) < 0) return vv_missing_ok(rc, err);
	rc = vv_dropped_find(&d, r, ref, tip, &head, tip, err);
	if (rc == VV_OK && d.ours) {
		*out = d.commit;
	}
	return rc;
}

static vv_status refuse_erased(const vv_fetch_job *j, vv_error *err)
{
	vv_oid head = {{0}};
	const vv_status rc = vv_missing_ok(vv_rev_commit(j->repo, "HEAD", &head, err), err);

	return rc < 0 ? rc : vv_erased_refuse_commit(j->repo, &j->merge_id, &head, err);
}

/* Runs git's own rebase, in which the driver merges tables. Git supports ours and theirs for other files
 * too. */
static vv_status rebase_branch(int *code, const options *o, vv_repository *r, vv_error *err)
{
	const size_t most = 6 + 2 * o->how.count;
	vv_auto_free const char **args = vv_calloc(most, sizeof(*args));
	vv_auto(vv_buf) rules = VV_BUF_INIT, said = VV_BUF_INIT;
	vv_runner done = {.repo = r};
	char hex[VV_OID_TEXT + 1], old[VV_OID_TEXT + 1];
	vv_oid dropped;
	size_t n = 0;
	vv_status rc = args ? vv_merge_rules_check(&o->how, err) : vv_fail_nomem(err);

	if (rc < 0) return rc;
	if (most >= VV_GIT_ARGS_MAX) return vv_fail(err, VV_EUSAGE, "too many merge rules");
	args[n++] = "rebase";
	vv_buf_puts(&rules, VV_MERGE_RULES_VAR "=");
	vv_array_each(o->how.items, o->how.count, it) {
		vv_buf_printf(&rules, "%s\n", *it);
		if (!strchr(*it, ':')) {
			args[n++] = "-X";
			args[n++] = *it;
		}
	}
	if (o->rebase_how) {
		args[n++] = o->rebase_how;
	}
	args[n++] = o->job.quiet ? "--quiet" : "--no-quiet";
	if ((rc = refuse_erased(&o->job, err)) < 0 ||
	    (rc = find_dropped(&dropped, o, r, err)) < 0) {
		return rc;
	}
	const bool onto = !vv_oid_is_null(&dropped);
	if (onto) {
		args[n++] = "--onto";
	}
	args[n++] = merge_word(&o->job, hex);
	if (onto) {
		vv_oid_text(old, &dropped);
		args[n++] = old;
	}
	const char *const more[] = {rules.data, NULL};
	const vv_git_call call = {.args = args,
				  .repo = r,
				  .in_worktree = true,
				  .durable = true,
				  .more = more,
				  .terminal = true};
	vv_now(&done.note.made.mtime_sec, &done.note.made.mtime_nsec);
	done.note.made.mtime_sec--; /* a file's time is that of the last tick */
	if ((rc = vv_buf_ok(&rules, err)) < 0 || (rc = vv_git_run(&call, &said, code, err)) < 0) {
		return rc;
	}
	return vv_runner_settle(&done, err);
}

static int merge_fetched(const options *o)
{
	const struct {
		bool given;
		const char *word;
	} words[] = {{true, "--no-edit"},
		     {o->ff_only, "--ff-only"},
		     {o->no_ff, "--no-ff"},
		     {o->job.verbose, "--verbose"},
		     {o->allow_rewritten, "--allow-rewritten"},
		     {o->job.quiet, "--quiet"},
		     {vv_wants_json(o->format), "--json"}};
	char hex[VV_OID_TEXT + 1];
	vv_auto_free char **argv = vv_calloc(9 + 2 * o->how.count, sizeof(*argv));
	int argc = 0;

	if (!argv) {
		vv_error err;

		vv_fail_nomem(&err);
		return vv_report(&err);
	}

	vv_array_each(words, sizeof(words) / sizeof(words[0]), it) {
		if (it->given) {
			argv[argc++] = (char *)(uintptr_t)it->word;
		}
	}
	vv_array_each(o->how.items, o->how.count, item) {
		argv[argc++] = (char *)(uintptr_t) "-X";
		argv[argc++] = (char *)(uintptr_t)*item;
	}
	argv[argc++] = (char *)(uintptr_t)merge_word(&o->job, hex);
	return vv_command_run(&vv_cmd_merge, argc, argv);
}

/* branch.NAME.rebase, else pull.rebase. */
static vv_status read_rebase(options *o, vv_repository *r, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_auto(char) *key = NULL, *value = NULL;
	const char *name = NULL; /* of the setting that has the value */
	vv_status rc = vv_head_read(r, &head, err);

	if (rc == VV_OK && head.branch && strncmp(head.branch, "refs/heads/", 11) == 0) {
		if (!(key = vv_asprintf("branch.%s.rebase", head.branch + 11))) {
			return vv_fail_nomem(err);
		}
		name = key;
		rc = vv_missing_ok(vv_config_string(r, key, &value, err), err);
	}
	if (rc == VV_OK && !value) {
		name = "pull.rebase";
		rc = vv_missing_ok(vv_config_string(r, name, &value, err), err);
	}
	if (rc < 0 || !value) return rc;
	if (vv_text_is_among(value, VV_TEXTS(rebase_merges), 2)) {
		o->rebase_how = "--rebase-merges";
	} else if (vv_text_is_among(value, VV_TEXTS(rebase_interactive), 2)) {
		o->rebase_how = "--interactive";
	} else {
		o->rebase_how = NULL;
	}
	o->rebases = true;
	return o->rebase_how ? VV_OK : vv_config_read_bool(name, value, &o->rebases, err);
}

/* Reads settings for options not given, like git pull. */
static vv_status read_settings(options *o, vv_repository *r, vv_error *err)
{
	vv_auto(char) *value = NULL;
	bool on = true;
	vv_status rc = VV_OK;

	o->rebases = o->rebase && strcmp(o->rebase, "yes") == 0;
	if (!o->rebase && !o->ff_only) {
		rc = read_rebase(o, r, err);
	}
	if (rc < 0 || o->rebases || o->ff_only) return rc;
	rc = vv_missing_ok(vv_config_string(r, "pull.ff", &value, err), err);
	if (rc < 0 || !value) return rc;
	if ((o->ff_only = strcmp(value, "only") == 0)) return VV_OK;
	rc = vv_config_read_bool("pull.ff", value, &on, err);
	o->no_ff = !on;
	return rc;
}

/* A merge that fails prints nothing. */
static vv_status merge_json(int *code, const options *o, const char *remote, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_json_out w = {.buf = &b};

	vv_buf_puts(&b, "{\"fetch\": ");
	vv_fetch_json(&w, remote, &o->job, NULL);
	vv_buf_puts(&b, ",\n\"merge\": ");
	vv_status rc = vv_buf_ok(&b, err);
	if (rc < 0) return rc;
	vv_out_before(b.data, b.len);
	*code = merge_fetched(o);
	vv_out(*code == VV_EXIT_TROUBLE ? "null}\n" : "}\n");
	return VV_OK;
}

/* A merge checks them itself. */
static vv_status check_columns(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_oid head;
	vv_status rc;

	if ((rc = vv_context_need(c, VV_NEEDS_READER, err)) < 0 ||
	    (rc = vv_rev_commit(c->repo, "HEAD", &head, err)) < 0) {
		return vv_missing_ok(rc, err);
	}
	return vv_merge_rules_check_columns(c->repo, c->reader, &o->how, &head, &o->job.merge_id,
					    err);
}

/* Git keeps the state of a rebase that was interrupted or has conflicts, and begins no other one. */
static vv_status check_no_rebase(vv_repository *r, vv_error *err)
{
	if (strcmp(vv_state_name(r), "rebase") != 0) return VV_OK;
	return vv_fail(
		err, VV_EUSAGE,
		"a rebase is in progress: another one cannot begin\n"
		"'git rebase --continue' finishes it, 'git rebase --abort' undoes it; where git "
		"cannot do either after an interruption, 'git rebase --quit' ends it");
}

static vv_status run_pull(vv_context *c, vv_error *err)
{
	options *o = c->options;
	const bool json = vv_wants_json(o->format);

	o->job.repo = c->repo;
	vv_status rc = read_settings(o, c->repo, err);
	if (rc == VV_OK && o->rebases && json) {
		rc = vv_fail(err, VV_EUSAGE,
			     "a setting makes pull rebase (pull.rebase or branch.NAME.rebase), and "
			     "--json cannot be used with a rebase\n"
			     "--no-rebase merges");
	}
	o->job.quiet |= json;
	if (rc == VV_OK && o->rebases) {
		rc = check_no_rebase(c->repo, err);
	}
	rc = rc < 0 ? rc : fetch_remote(&o->job, c->argc, c->argv, err);
	if (rc == VV_OK && o->rebases && o->how.count > 0) {
		rc = check_columns(c, err);
	}
	if (rc == VV_OK && o->rebases) {
		rc = rebase_branch(&c->code, o, c->repo, err);
	} else if (rc == VV_OK) {
		vv_context_close(c); /* merge opens it again */
		if (json) {
			rc = merge_json(&c->code, o, c->argc > 0 ? c->argv[0] : NULL, err);
		} else {
			c->code = merge_fetched(o);
		}
	}
	vv_fetch_job_clear(&o->job);
	return rc;
}

const vv_command vv_cmd_pull = {
	.name = "pull",
	.group = "peers",
	.summary = "fetch, and merge into the current branch",
	.usage =
		"[--ff-only | --rebase | --no-rebase] [-X RULE]... [--from PEER]... [REMOTE [BRANCH]]",
	.example = "$ varve pull\n"
		   "received 1 commit, 1 version of a table (498 B on the line, 4.2 kB/s)\n"
		   "From ../sales\n"
		   "   3f2a1bc..9d0e77a   main -> origin/main\n"
		   "fast-forward: 3f2a1bc -> 9d0e77a, 1 file changed",
	.options = table,
	.absent = absent,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes =
		"there are conflicts, tables were not written because their blocks are not available, or no copy has the signed version",
	.arguments = "ref",
	.rules = option_rules,
	.needs = VV_NEEDS_RIGHT,
	.run = run_pull,
};
