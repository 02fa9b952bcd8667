/*
 * merge_branch: when a branch only moves, what git calls a merge, and the order of things in one.
 */
#include "lib/commit/merge_branch.h"

#include <string.h>

#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/merge/base.h"
#include "lib/merge/rules.h"
#include "repo/git/history/history.h"
#include "repo/git/merge/conflict_state.h"
#include "repo/git/verb/hook.h"

static const char *branch_name(const vv_branch_merge *m)
{
	if (!m->head.branch) return "HEAD";
	return strncmp(m->head.branch, "refs/heads/", 11) == 0 ? m->head.branch + 11
							       : m->head.branch;
}

/* --- what is merged ---------------------------------------------------------------------- */

/* Without a word: the upstream, as git merge does. */
vv_status vv_branch_merge_find(vv_branch_merge *m, const char *given, vv_error *err)
{
	uint64_t ahead, behind;
	vv_status rc = vv_merge_rules_check(&m->how, err);

	if (rc < 0 || (rc = vv_head_read(m->repo, &m->head, err)) < 0) return rc;
	if (given) {
		/* "-" is the branch before, as git merge takes it. */
		m->word = vv_strdup(strcmp(given, "-") == 0 ? "@{-1}" : given);
		return m->word ? VV_OK : vv_fail_nomem(err);
	}
	if (!m->head.branch) return vv_fail(err, VV_EUSAGE, "name the branch to merge");
	rc = vv_branch_upstream(m->repo, m->head.branch, &m->word, &ahead, &behind, err);
	if (rc == VV_ENOTFOUND) {
		vv_fail(err, VV_EUSAGE, "name the branch to merge; '%s' has no upstream",
			vv_text_shows(branch_name(m)));
		return vv_hint_code(err, VV_HINT_SET_UPSTREAM);
	}
	if (rc == VV_OK && strncmp(m->word, "refs/remotes/", 13) == 0) {
		memmove(m->word, m->word + 13, strlen(m->word + 13) + 1);
	}
	return rc;
}

static vv_status is_ref(vv_branch_merge *m, const char *prefix, bool *out, vv_error *err)
{
	vv_ref ref = {0};
	vv_status rc;

	*out = false;
	vv_auto(char) *name = vv_asprintf("%s%s", prefix, m->word);
	if ((rc = vv_alloc_ok(name, err)) == VV_OK &&
	    (rc = vv_ref_get(m->repo, name, &ref, err)) == VV_OK) {
		*out = true;
		vv_ref_clear(&ref);
	}
	return rc == VV_ENOTFOUND || rc == VV_EUSAGE ? VV_OK : rc; /* no name for a ref: HEAD~1 */
}

/* What the word is, as Git says it. A branch that cannot be read is not a commit. */
static vv_status kind_of(vv_branch_merge *m, const char **out, vv_error *err)
{
	static const char *const kinds[][2] = {{"refs/heads/", "branch"},
					       {"refs/tags/", "tag"},
					       {"refs/remotes/", "remote-tracking branch"}};
	bool is = false;
	vv_status rc;

	*out = "commit";
	for (size_t i = 0; !is && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if ((rc = is_ref(m, kinds[i][0], &is, err)) < 0) return rc;
		if (is) {
			*out = kinds[i][1];
		}
	}
	return VV_OK;
}

/* Git leaves "into" out for the branch that repositories begin with. */
static vv_status is_default_branch(vv_branch_merge *m, bool *out, vv_error *err)
{
	vv_auto(char) *first = NULL;
	vv_status rc = vv_config_string(m->repo, "init.defaultbranch", &first, err);

	*out = strcmp(branch_name(m), first ? first : "master") == 0;
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

static vv_status make_message(vv_branch_merge *m, vv_error *err)
{
	const char *kind;
	bool is_default;
	vv_status rc;

	if ((rc = kind_of(m, &kind, err)) < 0 ||
	    (rc = is_default_branch(m, &is_default, err)) < 0) {
		return rc;
	}
	vv_buf_printf(&m->reflog, "merge %s: ", m->word);
	for (size_t i = 0; i < m->messages.count; i++) {
		vv_buf_printf(&m->message, "%s%s\n", i ? "\n" : "", m->messages.items[i]);
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

static vv_status fast_forward(vv_branch_merge *m, vv_error *err)
{
	char theirs[VV_OID_TEXT + 1];
	const char *const args[] = {"merge", "--ff-only", "--quiet", theirs, NULL};
	vv_auto(char) *action = vv_asprintf("GIT_REFLOG_ACTION=merge %s", m->word);
	vv_auto(char) *what = vv_asprintf("the merge of '%s'", m->word);
	const char *const more[] = {action, NULL};
	vv_auto(vv_by_git) b = {.git = {.repo = m->repo,
					.args = args,
					.more = more,
					.what = what,
					.from = m->head.commit,
					.to = m->theirs,
					.command = "merge"},
				.reader = vv_dataset_writer_reader(m->writer),
				.would = "the merge would overwrite them; nothing was done"};
	vv_status rc;

	vv_oid_text(theirs, &m->theirs);
	if (!action || !what) return vv_fail_nomem(err);
	if ((rc = vv_by_git_expect_all(&b, err)) < 0 ||
	    (rc = vv_by_git_run(&b, "not merged", err)) < 0) {
		return rc;
	}
	m->lacking = b.lacking;
	m->outcome = VV_MERGE_FORWARD;
	m->moved = b.count;
	return vv_runner_later(&b.git, vv_index_reload(m->index, err), err);
}

/* --- three ways -------------------------------------------------------------------------------- */

/* What rules decided stays readable in the commit: `show`, the pages and git print it. */
static vv_status put_rules(vv_branch_merge *m, vv_error *err)
{
	vv_merge_job *j = &m->job;
	vv_auto(vv_buf) rules = VV_BUF_INIT;
	bool any = false;

	for (size_t i = 0; i < vv_merged_count(j->merged); i++) {
		vv_buf_reset(&rules);
		vv_merge_rules_describe(&rules, &j->tables[i].stats);
		if (rules.len > 0) {
			vv_buf_puts(&m->message, any ? "" : "\n");
			vv_buf_printf(&m->message, "Merge-rules: %s: %s\n",
				      vv_text_shows(vv_merged_at(j->merged, i)->path), rules.data);
			any = true;
		}
	}
	m->message.failed |= rules.failed;
	j->message = m->message.data;
	return vv_buf_ok(&m->message, err);
}

static vv_status merge_three_ways(vv_branch_merge *m, const vv_oid *base, vv_error *err)
{
	vv_merge_job *j = &m->job;
	vv_status rc;

	*j = (vv_merge_job){.repo = m->repo,
			    .writer = m->writer,
			    .index = m->index,
			    .base = *base,
			    .ours = m->head.commit,
			    .theirs = m->theirs,
			    .theirs_commit = m->theirs,
			    .names = {"base", branch_name(m), m->word},
			    .how = m->how,
			    .labels = {"merged common ancestors", "HEAD", m->word},
			    .state = "merge",
			    .commits = !m->no_commit,
			    .message = m->message.data};
	if ((rc = vv_merge_plan(j, "merge", err)) < 0 || (rc = put_rules(m, err)) < 0 ||
	    (rc = vv_merge_apply(j, err)) < 0) {
		return rc;
	}
	vv_notes_end(vv_repository_notes(m->repo));
	m->lacking = j->by_git.lacking;
	m->outcome = j->conflicts > 0 ? VV_MERGE_CONFLICTS
		     : m->no_commit   ? VV_MERGE_STAGED
				      : VV_MERGE_READY;
	return VV_OK;
}

/* merge.ff, where no option says otherwise: false, or only. */
static vv_status read_config(const vv_branch_merge *m, bool *never, bool *only, vv_error *err)
{
	vv_auto(char) *value = NULL;
	vv_status rc = VV_OK;

	*never = m->no_ff;
	*only = m->ff_only;
	if (*never || *only || m->ff) return VV_OK;
	rc = vv_config_string(m->repo, "merge.ff", &value, err);
	if (rc == VV_OK) {
		*only = strcmp(value, "only") == 0;
		*never = strcmp(value, "false") == 0;
	}
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

vv_status vv_branch_merge_run(vv_branch_merge *m, vv_error *err)
{
	vv_oid base;
	size_t bases;
	bool never, only, ahead = m->head.unborn, behind = false;
	vv_status rc;

	if ((rc = vv_rev_commit(m->repo, m->word, &m->theirs, err)) < 0 ||
	    (rc = make_message(m, err)) < 0 || (rc = read_config(m, &never, &only, err)) < 0 ||
	    (!ahead &&
	     (rc = vv_is_ancestor(m->repo, &m->theirs, &m->head.commit, &behind, err)) < 0)) {
		return rc;
	}
	if (behind) {
		m->outcome = VV_MERGE_UP_TO_DATE;
		return VV_OK;
	}
	if (!ahead &&
	    (rc = vv_is_ancestor(m->repo, &m->head.commit, &m->theirs, &ahead, err)) < 0) {
		return rc;
	}
	if ((rc = vv_merge_need_clean_index(m->repo, m->index, &m->head.commit, "merge", err)) <
	    0) {
		return rc;
	}
	if (m->head.unborn || (ahead && !never)) return fast_forward(m, err);
	if (only) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s' and '%s' have diverged: a fast-forward is not possible\n"
			       "without --ff-only (merge.ff) they are merged",
			       vv_text_shows(branch_name(m)), vv_text_shows(m->word));
	}
	if ((rc = vv_merge_base_make(&base, &bases, m->repo, m->writer, &m->head.commit, &m->theirs,
				     err)) < 0) {
		return rc;
	}
	if (bases == 0 && !m->unrelated) {
		return vv_merge_refuse_unrelated(branch_name(m), m->word, err);
	}
	return merge_three_ways(m, &base, err);
}

/* --- what follows ------------------------------------------------------------------------------ */

static vv_status commit_merge(vv_branch_merge *m, vv_error *err)
{
	vv_status rc;

	m->parents[0] = m->head.commit;
	m->parents[1] = m->theirs;
	vv_buf_puts(&m->reflog, "Merge made by varve");
	if ((rc = vv_buf_ok(&m->reflog, err)) < 0) return rc;
	m->commit = (vv_merge_commit){.repo = m->repo,
				      .writer = m->writer,
				      .index = m->index,
				      .message = m->message.data,
				      .parents = m->parents,
				      .parent_count = 2,
				      .reflog = m->reflog.data,
				      .before = "pre-merge-commit",
				      .after = "post-merge",
				      .editor = m->editor,
				      .no_verify = m->no_verify,
				      .quiet = m->quiet,
				      .verbose = m->verbose,
				      .put_changes = m->put_changes,
				      .noted = true};
	rc = vv_merge_commit_make(&m->commit, err);
	m->stays = rc < 0 && !m->commit.made && vv_merge_stays(&m->job, rc);
	return rc;
}

vv_status vv_branch_merge_finish(vv_branch_merge *m, vv_error *err)
{
	return m->outcome == VV_MERGE_READY ? commit_merge(m, err) : VV_OK;
}

void vv_branch_merge_clear(vv_branch_merge *m)
{
	vv_merge_commit_clear(&m->commit);
	if (m->job.repo) {
		vv_merge_job_clear(&m->job);
	}
	vv_head_clear(&m->head);
	vv_free(m->word);
	vv_buf_clear_all(&m->message, &m->reflog);
}
