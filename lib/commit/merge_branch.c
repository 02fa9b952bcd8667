/*
 * merge_branch: git's arguments, and varve's additions to a merge commit.
 */
#include "lib/commit/merge_branch.h"

#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/commit/conclude.h"
#include "lib/merge/rules.h"
#include "repo/git/history/dropped.h"
#include "repo/git/history/history.h"
#include "repo/known/erased.h"

static const char *branch_name(const vv_branch_merge *m)
{
	if (!m->head.branch) return "HEAD";
	return strncmp(m->head.branch, "refs/heads/", 11) == 0 ? m->head.branch + 11
							       : m->head.branch;
}

/* --- the merged revision ---------------------------------------------------------------------- */

/* Without a word: the upstream, as git merge does. */
vv_status vv_branch_merge_find(vv_branch_merge *m, const char *given, vv_error *err)
{
	uint64_t ahead, behind;
	vv_status rc = vv_merge_rules_check(&m->how, err);

	if (rc < 0 || (rc = vv_head_read(m->repo, &m->head, err)) < 0) return rc;
	if (given) {
		/* "-" is the branch before, as git merge takes it. */
		return vv_text_set(&m->word, strcmp(given, "-") == 0 ? "@{-1}" : given, err);
	}
	if (!m->head.branch) return vv_fail(err, VV_EUSAGE, "name the branch to merge");
	rc = vv_branch_upstream(m->repo, m->head.branch, &m->word, &ahead, &behind, err);
	if (rc == VV_ENOTFOUND) {
		vv_fail(err, VV_EUSAGE,
			"no branch to merge specified, and '%s' has no upstream branch",
			vv_text_shows(branch_name(m)));
		return vv_hint_code(err, VV_HINT_SET_UPSTREAM);
	}
	if (rc == VV_OK && strncmp(m->word, "refs/remotes/", 13) == 0) {
		memmove(m->word, m->word + 13, strlen(m->word + 13) + 1);
	}
	return rc;
}

/* --- data that must not come back -------------------------------------------------------------- */

static vv_status refuse_erased(const vv_branch_merge *m, vv_error *err)
{
	const vv_oid none = {{0}};
	const vv_status rc = vv_erased_refuse_commit(m->repo, &m->theirs,
						     m->head.unborn ? &none : &m->head.commit, err);

	return rc == VV_EREFUSED ? vv_prefix(err, "%s", vv_text_shows(m->word)) : rc;
}

/* own: the current branch follows ref. */
static vv_status refuse_dropped(const vv_branch_merge *m, const char *ref, bool own, vv_error *err)
{
	const char *name = vv_ref_short_name(ref);
	vv_auto(vv_ref) tip = {0};
	vv_dropped d;
	vv_status rc = vv_ref_get(m->repo, ref, &tip, err);

	if (rc < 0) return vv_missing_ok(rc, err);
	if ((rc = vv_dropped_find(&d, m->repo, ref, &tip.commit, &m->head.commit, &m->theirs,
				  err)) < 0 ||
	    vv_oid_is_null(&d.commit)) {
		return rc;
	}
	(void)vv_fail(err, VV_EREFUSED,
		      "%s was rewritten, and %s still has commit %.10s of its old history, which a "
		      "merge would bring back",
		      vv_text_shows(name), d.ours ? "this branch" : vv_text_shows(m->word),
		      vv_oid_shows(&d.commit));
	if (own && d.ours) return vv_hint_code(err, VV_HINT_REBASE_OWN);
	return vv_hint_code(err, VV_HINT_REBASE_ONTO, name, vv_oid_shows(&d.commit),
			    d.ours ? branch_name(m) : m->word);
}

/* of: a branch, "refs/heads/..."; NULL: HEAD is detached. */
static vv_status refuse_upstream(const vv_branch_merge *m, const char *of, bool own, vv_error *err)
{
	vv_auto(char) *upstream = NULL;
	uint64_t ahead, behind;
	vv_status rc = of ? vv_branch_upstream(m->repo, of, &upstream, &ahead, &behind, err)
			  : VV_ENOTFOUND;

	if (rc < 0 || strncmp(upstream, "refs/remotes/", 13) != 0) {
		return vv_error_excuse(rc, rc == VV_ENOTFOUND || rc == VV_EMISSING, err);
	}
	return refuse_dropped(m, upstream, own, err);
}

/* Can the word be the name of a branch? "spring~2" is none. */
static bool is_branch_name(const char *word)
{
	return !strpbrk(word, "~^:?*[\\ ") && !strstr(word, "@{") && !strstr(word, "..");
}

/* Looks at what both branches follow, and at the remote-tracking branch that is merged. */
static vv_status refuse_rewritten(const vv_branch_merge *m, vv_error *err)
{
	vv_auto(char) *remote = vv_asprintf("refs/remotes/%s", m->word);
	vv_auto(char) *branch = vv_asprintf("refs/heads/%s", m->word);
	vv_status rc;

	if (m->allow_rewritten) return VV_OK;
	if (!remote || !branch) return vv_fail_nomem(err);
	if ((rc = refuse_upstream(m, m->head.branch, true, err)) < 0 || !is_branch_name(m->word)) {
		return rc;
	}
	if ((rc = refuse_upstream(m, branch, false, err)) < 0) return rc;
	return refuse_dropped(m, remote, false, err);
}

/* --- three ways -------------------------------------------------------------------------------- */

/* Lists the decisions of rules in the commit message: `show`, the pages and git print it. */
static vv_status list_rules(const vv_merge_job *j, vv_buf *out, vv_error *err)
{
	vv_auto(vv_buf) rules = VV_BUF_FOR(out);

	vv_array_each(j->tables.tables, j->tables.count, t) {
		vv_buf_reset(&rules);
		vv_merge_rules_describe(&rules, &t->stats);
		if (rules.len > 0 && vv_merge_report_find(&j->tables, t->path, NULL) == t) {
			vv_buf_printf(out, "%sMerge-rules: %s: %s\n", out->len > 0 ? "" : "\n",
				      vv_text_shows(t->path), rules.data);
		}
	}
	return vv_buf_ok(out, err);
}

static void put_words(vv_branch_merge *m)
{
	vv_merge_job *j = &m->job;
	size_t n = 0;

	if (m->unrelated) {
		j->words[n++] = "--allow-unrelated-histories";
	}
	vv_merge_put_rules(j, &n);
	j->words[n++] = "--"; /* a branch may be named as an option is */
	j->words[n] = m->word;
}

static vv_status merge_by_git(vv_branch_merge *m, bool own, vv_error *err)
{
	const char *options[10];
	vv_auto(vv_buf) message = VV_BUF_INIT;
	size_t n = 0;

	for (size_t i = 0; i < m->messages.count; i++) {
		vv_buf_printf(&message, "%s%s\n", i > 0 ? "\n" : "", m->messages.items[i]);
	}
	if (m->messages.count > 0) {
		options[n++] = "-m";
		options[n++] = vv_buf_cstr(&message);
	}
	options[n++] = m->edit ? "--edit" : "--no-edit";
	if (m->no_ff || m->ff_only || m->ff) {
		options[n++] = m->no_ff ? "--no-ff" : m->ff_only ? "--ff-only" : "--ff";
	}
	m->job.goes_on = own;
	if (m->no_commit || own) {
		options[n++] = "--no-commit";
	}
	if (m->no_verify) {
		options[n++] = "--no-verify";
	}
	options[n++] = "--no-stat";
	options[n] = NULL;
	vv_status rc = vv_buf_ok(&message, err);
	return rc < 0 ? rc : vv_merge_apply(&m->job, options, m->edit, err);
}

static vv_status read_outcome(vv_branch_merge *m, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_status rc = vv_head_read(m->repo, &head, err);

	m->tip = head.commit;
	m->lacking = m->job.by_git.lacking;
	if (m->job.conflicts.count > 0) {
		m->outcome = VV_MERGE_CONFLICTS;
	} else if (rc < 0 || vv_oid_equal(&m->tip, &m->head.commit)) {
		m->outcome = VV_MERGE_STAGED;
	} else if (vv_oid_equal(&m->tip, &m->theirs)) {
		m->outcome = VV_MERGE_FORWARD;
	} else {
		m->outcome = VV_MERGE_COMMITTED;
	}
	return rc;
}

/* Rules are named in the message, and a datapackage.json that came describes tables: git stops before the commit for that. */
static vv_status commit_own(vv_branch_merge *m, const vv_buf *rules, vv_error *err)
{
	const vv_conclusion c = {.repo = m->repo,
				 .before = "pre-merge-commit",
				 .after = "post-merge",
				 .more = rules,
				 .edit = m->edit,
				 .no_verify = m->no_verify};
	vv_status rc = vv_conclude(&c, err);

	m->stays = rc < 0;
	return rc;
}

static vv_status merge_three_ways(vv_branch_merge *m, vv_error *err)
{
	vv_auto(vv_buf) rules = VV_BUF_INIT;
	bool own = false;
	vv_status rc = vv_merge_try(&m->job, err);

	if (rc < 0 || (rc = list_rules(&m->job, &rules, err)) < 0 ||
	    (rc = vv_conclude_is_needed(&own, m->repo, &m->head.commit, &m->job.tree, err)) < 0) {
		return rc;
	}
	own = (own || rules.len > 0) && !m->no_commit && m->job.conflicts.count == 0;
	if ((rc = merge_by_git(m, own, err)) < 0 || (rc = read_outcome(m, err)) < 0) return rc;
	if (own && m->outcome == VV_MERGE_STAGED) {
		rc = commit_own(m, &rules, err);
		return rc < 0 ? rc : read_outcome(m, err);
	}
	m->stays = m->outcome == VV_MERGE_STAGED && m->job.by_git.stopped;
	return m->stays ? vv_fail(err, VV_ECONFLICT, "git stopped before the commit") : VV_OK;
}

vv_status vv_branch_merge_run(vv_branch_merge *m, vv_error *err)
{
	bool ahead = m->head.unborn, behind = false;
	vv_status rc;

	if ((rc = vv_rev_commit(m->repo, m->word, &m->theirs, err)) < 0 ||
	    (!ahead &&
	     ((rc = vv_is_ancestor(m->repo, &m->theirs, &m->head.commit, &behind, err)) < 0 ||
	      (rc = vv_is_ancestor(m->repo, &m->head.commit, &m->theirs, &ahead, err)) < 0))) {
		return rc;
	}
	m->tip = m->head.commit;
	if (behind) {
		m->outcome = VV_MERGE_UP_TO_DATE;
		return VV_OK;
	}
	if ((rc = refuse_erased(m, err)) < 0 ||
	    (!ahead && !m->ff_only && (rc = refuse_rewritten(m, err)) < 0)) {
		return rc;
	}
	m->job = (vv_merge_job){.repo = m->repo,
				.reader = m->reader,
				.verb = "merge",
				.ours = m->head.commit,
				.theirs = m->theirs,
				.names = {"base", branch_name(m), m->word},
				.how = m->how};
	put_words(m);
	if (!ahead && !m->ff_only) return merge_three_ways(m, err);
	m->job.tree = ahead ? m->theirs : m->tip; /* which git refuses */
	if ((rc = merge_by_git(m, false, err)) < 0 || (rc = read_outcome(m, err)) < 0) return rc;
	m->moved = m->job.by_git.count;
	m->stays = m->outcome == VV_MERGE_STAGED && m->job.by_git.stopped;
	return m->stays ? vv_fail(err, VV_ECONFLICT, "git stopped before the commit") : VV_OK;
}

void vv_branch_merge_clear(vv_branch_merge *m)
{
	if (m->job.repo) {
		vv_merge_job_clear(&m->job);
	}
	vv_head_clear(&m->head);
	vv_free(m->word);
}
