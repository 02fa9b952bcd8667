/*
 * merge: another branch's versions brought into this one.
 */
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/print/commit_stat.h"
#include "cmd/varve/print/commit_summary.h"
#include "cmd/varve/print/status.h"
#include "lib/work/merge/base.h"
#include "lib/work/merge/run.h"
#include "lib/work/record/merge_commit.h"
#include "repo/git/history/history.h"
#include "repo/git/merge/conflict_state.h"

typedef struct options {
	bool no_commit, no_ff, ff_only, ff, abort, resume, quit, unrelated, edit, no_edit,
		no_verify, quiet, verbose;
	vv_strings messages;
} options;

static const vv_option table[] = {
	OPT_LIST('m', "message", messages, "TEXT",
		 "the message of the merge; given again, another paragraph"),
	OPT_FLAG(0, "no-commit", no_commit, "stop before the commit, even without conflicts"),
	OPT_FLAG(0, "ff", ff, "only move the branch where that is enough (the default)"),
	OPT_FLAG(0, "no-ff", no_ff, "make a commit even where moving the branch would be enough"),
	OPT_FLAG(0, "ff-only", ff_only, "refuse if moving the branch is not enough"),
	OPT_FLAG(0, "abort", abort, "abandon the merge and restore the previous state"),
	OPT_FLAG(0, "continue", resume, "commit the merge once its conflicts are resolved"),
	OPT_FLAG(0, "quit", quit, "forget the merge, and leave files and index as they are"),
	OPT_FLAG(0, "allow-unrelated-histories", unrelated, "merge even if no commit is in common"),
	OPT_FLAG('e', "edit", edit, "open the editor on the message"),
	OPT_FLAG(0, "no-edit", no_edit, "use the message as it is (the default)"),
	OPT_FLAG('n', "no-verify", no_verify, "skip the pre-merge-commit and commit-msg hooks"),
	OPT_FLAG('v', "verbose", verbose,
		 "also show the groups and bytes that each dataset added to the store"),
	OPT_FLAG('q', "quiet", quiet, "print only conflicts and warnings"),
};

typedef struct merger {
	const options *o;
	vv_context *c;
	vv_head head;
	char *word; /* what is merged, as it was named */
	vv_oid theirs;
	vv_buf message;
	vv_buf reflog;
	bool conflicts, lacking;
} merger;

static const char *branch_name(const merger *m)
{
	if (!m->head.branch) {
		return "HEAD";
	}
	return strncmp(m->head.branch, "refs/heads/", 11) == 0 ? m->head.branch + 11
							       : m->head.branch;
}

/* --- what is merged ---------------------------------------------------------------------- */

/* Without a word: the upstream, as git merge does. */
static vv_status find_word(merger *m, const char *given, vv_error *err)
{
	uint64_t ahead, behind;
	vv_status rc;

	if (given) {
		/* "-" is the branch before, as git merge takes it. */
		m->word = vv_strdup(strcmp(given, "-") == 0 ? "@{-1}" : given);
		return m->word ? VV_OK : vv_fail_nomem(err);
	}
	if (!m->head.branch) {
		return vv_fail(err, VV_EUSAGE, "name the branch to merge");
	}
	rc = vv_branch_upstream(m->c->repo, m->head.branch, &m->word, &ahead, &behind, err);
	if (rc == VV_ENOTFOUND) {
		vv_fail(err, VV_EUSAGE, "name the branch to merge; '%s' has no upstream",
			vv_text_shows(branch_name(m)));
		return vv_hint(err, "varve branch --set-upstream-to=REMOTE/BRANCH");
	}
	if (rc == VV_OK && strncmp(m->word, "refs/remotes/", 13) == 0) {
		memmove(m->word, m->word + 13, strlen(m->word + 13) + 1);
	}
	return rc;
}

static vv_status is_ref(merger *m, const char *prefix, bool *out, vv_error *err)
{
	vv_buf name = VV_BUF_INIT;
	vv_ref ref = {0};
	vv_status rc;

	*out = false;
	vv_buf_printf(&name, "%s%s", prefix, m->word);
	if ((rc = vv_buf_ok(&name, err)) == VV_OK &&
	    (rc = vv_ref_get(m->c->repo, name.data, &ref, err)) == VV_OK) {
		*out = true;
		vv_ref_clear(&ref);
	}
	vv_buf_clear(&name);
	return rc == VV_ENOTFOUND || rc == VV_EUSAGE ? VV_OK : rc; /* no name for a ref: HEAD~1 */
}

/* What the word is, as Git says it. A branch that cannot be read is not a commit. */
static vv_status kind_of(merger *m, const char **out, vv_error *err)
{
	static const char *const kinds[][2] = {{"refs/heads/", "branch"},
					       {"refs/tags/", "tag"},
					       {"refs/remotes/", "remote-tracking branch"}};
	bool is = false;
	vv_status rc;

	*out = "commit";
	for (size_t i = 0; !is && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if ((rc = is_ref(m, kinds[i][0], &is, err)) < 0) {
			return rc;
		}
		if (is) {
			*out = kinds[i][1];
		}
	}
	return VV_OK;
}

/* Git leaves "into" out for the branch that repositories begin with. */
static vv_status is_default_branch(merger *m, bool *out, vv_error *err)
{
	char *first = NULL;
	vv_status rc = vv_config_string(m->c->repo, "init.defaultbranch", &first, err);

	*out = strcmp(branch_name(m), first ? first : "master") == 0;
	vv_free(first);
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

static vv_status make_message(merger *m, vv_error *err)
{
	const char *kind;
	bool is_default;
	vv_status rc;

	if ((rc = kind_of(m, &kind, err)) < 0 ||
	    (rc = is_default_branch(m, &is_default, err)) < 0) {
		return rc;
	}
	vv_buf_printf(&m->reflog, "merge %s: ", m->word);
	for (size_t i = 0; i < m->o->messages.count; i++) {
		vv_buf_printf(&m->message, "%s%s\n", i ? "\n" : "", m->o->messages.items[i]);
	}
	if (m->message.len == 0) {
		vv_buf_printf(&m->message, "Merge %s '%s'", kind, m->word);
		if (!is_default) {
			vv_buf_printf(&m->message, " into %s", branch_name(m));
		}
		vv_buf_putc(&m->message, '\n');
	}
	return m->reflog.failed ? vv_fail_nomem(err) : vv_buf_ok(&m->message, err);
}

/* --- only moving the branch ------------------------------------------------------------------ */

static vv_status move_branch(merger *m, vv_error *err)
{
	vv_status rc;

	vv_buf_puts(&m->reflog, "Fast-forward");
	if ((rc = vv_buf_ok(&m->reflog, err)) < 0 ||
	    (!m->head.unborn && (rc = vv_state_orig_head(m->c->repo, &m->head.commit, err)) < 0)) {
		return rc;
	}
	if (!m->head.branch) {
		return vv_head_detach(m->c->repo, &m->theirs, m->reflog.data, err);
	}
	return vv_ref_update(m->c->repo, m->head.branch, &m->theirs,
			     m->head.unborn ? NULL : &m->head.commit, false, m->reflog.data, err);
}

static void say_moved(merger *m, const vv_tree_switch *s)
{
	char *from = NULL, *to = NULL;
	vv_error ignored;

	if (!m->o->quiet && vv_rev_short(m->c->repo, &m->theirs, &to, &ignored) == VV_OK) {
		if (!m->head.unborn) {
			(void)vv_rev_short(m->c->repo, &m->head.commit, &from, &ignored);
		}
		vv_out("fast-forward: %s%s%s, %s file%s changed\n", from ? from : "",
		       from ? " -> " : "", to, vv_text_count(s->count), s->count == 1 ? "" : "s");
	}
	vv_free(from);
	vv_free(to);
}

/* As the summary of a commit, against what HEAD was. */
static void say_stat(merger *m)
{
	const vv_stat_options how = {.growth = m->o->verbose};
	vv_commit_stat stat;
	vv_error err;

	if (m->o->quiet) {
		return;
	}
	if (vv_commit_stat_make(&stat, m->c->repo, m->head.unborn ? NULL : &m->head.commit,
				&m->theirs, &how, &err) < 0) {
		vv_warn("%s", err.message);
	} else {
		vv_commit_stat_print(&stat, false);
	}
	vv_commit_stat_clear(&stat);
}

static void run_post_merge(merger *m)
{
	static const char *const args[] = {"0", NULL};
	vv_error err;
	bool ran;

	if (vv_hook_run(m->c->repo, "post-merge", args, &ran, &err) < 0) {
		vv_warn("%s", err.message);
	}
}

/* What will change, before anything does. */
static vv_status note(merger *m, vv_journal **out, const vv_tree_switch *s, vv_error *err)
{
	vv_journal_options o = {.command = "merge", .end = VV_JOURNAL_END_HEAD};
	vv_buf what = VV_BUF_INIT;
	vv_status rc;

	vv_buf_printf(&what, "the merge of '%s'", m->word);
	o.what = vv_buf_cstr(&what);
	if ((rc = vv_buf_ok(&what, err)) < 0 ||
	    (rc = vv_journal_open(out, m->c->repo, &o, err)) < 0 ||
	    (rc = vv_tree_switch_note(s, *out, false, NULL, 0, err)) < 0 ||
	    (rc = vv_journal_head(*out, m->head.branch, &m->theirs, err)) < 0) {
		goto done;
	}
	rc = vv_journal_ready(*out, err);
done:
	vv_buf_clear(&what);
	return rc;
}

static vv_status fast_forward(merger *m, vv_error *err)
{
	vv_checkout checkout;
	vv_tree_switch s;
	vv_journal *j = NULL;
	vv_status rc;

	memset(&s, 0, sizeof(s));
	vv_checkout_init(&checkout, m->c->repo, m->c->reader, m->c->index);
	checkout.pointer_ok = true;
	checkout.fetch = true;
	if ((rc = vv_tree_switch_plan(&s, &checkout, &m->head.commit, &m->theirs, false, err)) <
	    0) {
		if (rc == VV_EREFUSED && strcmp(err->message, "not switched") == 0) {
			vv_fail(err, rc, "the merge would overwrite them; nothing was done");
			vv_hint(err, "commit them, or put them away with 'git stash' first");
		}
		goto done;
	}
	if ((s.count > 0 && (rc = note(m, &j, &s, err)) < 0) ||
	    (rc = vv_tree_switch_run(&s, err)) < 0 ||
	    (s.count > 0 && (rc = vv_journal_index(j, m->c->index, err)) < 0) ||
	    (rc = move_branch(m, err)) < 0) {
		/* Where the branch has moved all the same, files and index stay with it. */
		rc = vv_journal_close(j, rc, err);
		goto done;
	}
	(void)vv_journal_close(j, rc, err);
	vv_progress_end();
	m->lacking = vv_checkout_note_missing(&checkout);
	say_moved(m, &s);
	say_stat(m);
	run_post_merge(m);
done:
	vv_tree_switch_clear(&s);
	vv_checkout_clear(&checkout);
	return rc;
}

/* --- three ways -------------------------------------------------------------------------------- */

static vv_status commit_merge(merger *m, vv_merge_job *j, vv_error *err)
{
	vv_oid parents[2] = {m->head.commit, m->theirs};
	vv_merge_commit c = {.repo = m->c->repo,
			     .writer = m->c->writer,
			     .index = m->c->index,
			     .message = m->message.data,
			     .parents = parents,
			     .parent_count = 2,
			     .before = "pre-merge-commit",
			     .after = "post-merge",
			     .editor = m->o->edit ? vv_editor_run : NULL,
			     .no_verify = m->o->no_verify,
			     .quiet = m->o->quiet,
			     .verbose = m->o->verbose,
			     .put_changes = vv_status_put_comments,
			     .journal = &j->journal};
	vv_status rc;

	vv_buf_puts(&m->reflog, "Merge made by varve");
	if ((rc = vv_buf_ok(&m->reflog, err)) < 0) {
		return rc;
	}
	c.reflog = m->reflog.data;
	rc = vv_merge_commit_make(&c, err);
	vv_commit_summary_print_merge(&c);
	if (rc < 0 && !c.made && vv_merge_stays(j, rc, err)) {
		vv_progress_end();
		vv_note("all is merged and staged: 'varve merge --continue' commits it, "
			"'varve merge --abort' goes back");
	}
	vv_merge_commit_clear(&c);
	return rc;
}

static vv_status merge_three_ways(merger *m, const vv_oid *base, vv_error *err)
{
	vv_merge_job j = {.repo = m->c->repo,
			  .writer = m->c->writer,
			  .index = m->c->index,
			  .base = *base,
			  .ours = m->head.commit,
			  .theirs = m->theirs,
			  .theirs_commit = m->theirs,
			  .names = {"base", branch_name(m), m->word},
			  .labels = {"merged common ancestors", "HEAD", m->word},
			  .state = "merge",
			  .commits = !m->o->no_commit,
			  .message = m->message.data};
	vv_status rc = vv_merge_plan(&j, "merge", err);

	if (rc == VV_OK && (rc = vv_merge_apply(&j, err)) == VV_OK) {
		vv_progress_end();
		m->conflicts = j.conflicts > 0;
		if (!m->o->quiet || m->conflicts) {
			vv_out_bytes(vv_buf_cstr(&j.report), j.report.len);
		}
		m->lacking = vv_checkout_note_missing(&j.checkout);
		if (m->conflicts) {
			vv_note("resolve the conflicts, then 'varve merge --continue'; 'varve "
				"merge "
				"--abort' goes back");
		} else if (m->o->no_commit) {
			vv_note("all is merged and staged; 'varve merge --continue' commits it");
		} else {
			rc = commit_merge(m, &j, err);
		}
	}
	vv_merge_job_clear(&j);
	return rc;
}

static vv_status refuse_unrelated(const merger *m, vv_error *err)
{
	vv_fail(err, VV_EREFUSED, "'%s' and '%s' have no commit in common",
		vv_text_shows(branch_name(m)), vv_text_shows(m->word));
	return vv_hint(err, "--allow-unrelated-histories merges them all the same");
}

/* merge.ff, where no option says otherwise: false, or only. */
static vv_status read_config(const merger *m, bool *never, bool *only, vv_error *err)
{
	char *value = NULL;
	vv_status rc = VV_OK;

	*never = m->o->no_ff;
	*only = m->o->ff_only;
	if (*never || *only || m->o->ff) {
		return VV_OK;
	}
	rc = vv_config_string(m->c->repo, "merge.ff", &value, err);
	if (rc == VV_OK) {
		*only = strcmp(value, "only") == 0;
		*never = strcmp(value, "false") == 0;
	}
	vv_free(value);
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

static vv_status merge(merger *m, vv_error *err)
{
	vv_oid base;
	size_t bases;
	bool never, only, ahead = m->head.unborn, behind = false;
	vv_status rc;

	if ((rc = vv_rev_commit(m->c->repo, m->word, &m->theirs, err)) < 0 ||
	    (rc = make_message(m, err)) < 0 || (rc = read_config(m, &never, &only, err)) < 0 ||
	    (!ahead &&
	     (rc = vv_is_ancestor(m->c->repo, &m->theirs, &m->head.commit, &behind, err)) < 0)) {
		return rc;
	}
	if (behind) {
		if (!m->o->quiet) {
			vv_out("already up to date\n");
		}
		return VV_OK;
	}
	if (!ahead &&
	    (rc = vv_is_ancestor(m->c->repo, &m->head.commit, &m->theirs, &ahead, err)) < 0) {
		return rc;
	}
	if ((rc = vv_merge_need_clean_index(m->c->repo, m->c->index, &m->head.commit, "merge",
					    err)) < 0) {
		return rc;
	}
	if (m->head.unborn || (ahead && !never)) {
		return fast_forward(m, err);
	}
	if (only) {
		vv_fail(err, VV_EREFUSED,
			"'%s' and '%s' have diverged: a fast-forward is not possible",
			vv_text_shows(branch_name(m)), vv_text_shows(m->word));
		return vv_hint(err, "without --ff-only (merge.ff) they are merged");
	}
	if ((rc = vv_merge_base_make(&base, &bases, m->c->repo, m->c->writer, &m->head.commit,
				     &m->theirs, err)) < 0) {
		return rc;
	}
	if (bases == 0 && !m->o->unrelated) {
		return refuse_unrelated(m, err);
	}
	return merge_three_ways(m, &base, err);
}

static void merger_clear(merger *m)
{
	vv_head_clear(&m->head);
	vv_free(m->word);
	vv_buf_clear(&m->message);
	vv_buf_clear(&m->reflog);
}

static int check_merge(const vv_context *c)
{
	const options *o = c->options;
	int under_way = o->abort + o->resume + o->quit;

	if (under_way > 1 || (under_way > 0 && c->argc > 0)) {
		return vv_usage_error("--abort, --continue and --quit take no other options");
	}
	if (c->argc > 1) {
		return vv_usage_error("merge takes one branch at a time, not %d", c->argc);
	}
	return o->no_ff && o->ff_only ? vv_usage_error("--no-ff and --ff-only exclude each other")
				      : VV_EXIT_OK;
}

static vv_status run_merge(vv_context *c, vv_error *err)
{
	merger m = {.o = c->options, .c = c};
	vv_status rc;

	if (m.o->abort || m.o->resume || m.o->quit) {
		return vv_commit_under_way(c, m.o->abort, m.o->quit, m.o->verbose, err);
	}
	if ((rc = vv_merge_need_no_state(c->repo, err)) < 0 ||
	    (rc = vv_head_read(c->repo, &m.head, err)) < 0 ||
	    (rc = find_word(&m, c->argc > 0 ? c->argv[0] : NULL, err)) < 0 ||
	    (rc = vv_context_need(c, VV_NEEDS_PROGRESS | VV_NEEDS_WRITER | VV_NEEDS_INDEX, err)) <
		    0) {
		goto done;
	}
	rc = merge(&m, err);
done:
	vv_progress_end();
	if (rc == VV_OK && !m.conflicts && !m.o->no_commit) {
		vv_context_gc_after(c, m.o->quiet);
	}
	c->code = m.conflicts || m.lacking ? VV_EXIT_NO : VV_EXIT_OK;
	merger_clear(&m);
	return rc;
}

const vv_command vv_cmd_merge = {
	.name = "merge",
	.group = "history",
	.summary = "bring another branch into this one, tables by row and cell",
	.usage = "[--no-commit] [--no-ff | --ff-only] [-m TEXT] [BRANCH]\n"
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
	.needs = VV_NEEDS_RIGHT,
	.run = run_merge,
};
