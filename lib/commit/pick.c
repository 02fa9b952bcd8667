/*
 * pick: the base of a pick, and what git calls it.
 */
#include "lib/commit/pick.h"

#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "lib/commit/conclude.h"
#include "lib/merge/rules.h"
#include "repo/git/history/history.h"

const char *vv_pick_verb(const vv_pick *p)
{
	return p->revert ? "revert" : "cherry-pick";
}

static vv_status find_parent(vv_pick *p, vv_error *err)
{
	size_t count = p->of.parent_count;

	memset(&p->parent, 0, sizeof(p->parent));
	if (p->mainline > count || (p->mainline > 0 && count < 2)) {
		return vv_fail(err, VV_EUSAGE, "%s has no parent %llu to compare with", p->short_id,
			       (unsigned long long)p->mainline);
	}
	if (count > 1 && p->mainline == 0) {
		return vv_fail(err, VV_EUSAGE,
			       "%s is a merge\n"
			       "-m 1 takes its changes against its first parent",
			       p->short_id);
	}
	if (count > 0) {
		p->parent = p->of.parents[p->mainline ? p->mainline - 1 : 0];
	}
	return VV_OK;
}

static const char *branch_name(const vv_pick *p)
{
	if (!p->head.branch) return "HEAD";
	return strncmp(p->head.branch, "refs/heads/", 11) == 0 ? p->head.branch + 11
							       : p->head.branch;
}

/* As git calls it. */
static vv_status make_label(vv_pick *p, vv_error *err)
{
	size_t len;
	const char *subject = vv_commit_subject(&p->of, &len);

	vv_buf_printf(&p->label, "%s%s (%.*s)", p->revert ? "parent of " : "", p->short_id,
		      (int)len, subject);
	return vv_buf_ok(&p->label, err);
}

/* Without a commit git notes nothing: what is in conflict, or waits for what varve adds, is under way. */
static vv_status begin_state(vv_pick *p, vv_error *err)
{
	vv_auto(vv_buf) message = VV_BUF_INIT;
	vv_status rc = vv_state_message(p->repo, &message, err);

	return rc < 0 ? rc
		      : vv_state_begin_pick(p->repo, vv_pick_verb(p), &p->of.id,
					    vv_buf_cstr(&message), err);
}

static vv_status pick_by_git(vv_pick *p, bool own, vv_error *err)
{
	const char *options[8];
	vv_auto(vv_head) head = {0};
	size_t n = 0;
	vv_status rc;

	if (p->no_commit || own) {
		options[n++] = "-n";
	} else if (p->edit || p->revert) {
		options[n++] = p->edit ? "--edit" : "--no-edit";
	}
	if (p->note_origin) {
		options[n++] = "-x";
	}
	options[n] = NULL;
	if ((rc = vv_merge_apply(&p->job, options, p->edit && !own, err)) < 0 ||
	    (rc = vv_head_read(p->repo, &head, err)) < 0) {
		return rc;
	}
	p->tip = head.commit;
	p->outcome = p->job.conflicts.count > 0               ? VV_PICK_CONFLICTS
		     : vv_oid_equal(&p->tip, &p->head.commit) ? VV_PICK_STAGED
							      : VV_PICK_COMMITTED;
	return own || (p->no_commit && p->outcome == VV_PICK_CONFLICTS) ? begin_state(p, err)
									: VV_OK;
}

static vv_status commit_own(vv_pick *p, vv_error *err)
{
	const vv_conclusion c = {.repo = p->repo, .edit = p->edit, .no_verify = true};
	vv_auto(vv_head) head = {0};
	vv_status rc = vv_conclude(&c, err);

	p->stays = rc < 0;
	if (rc < 0 || (rc = vv_head_read(p->repo, &head, err)) < 0) return rc;
	p->tip = head.commit;
	p->outcome = VV_PICK_COMMITTED;
	return VV_OK;
}

static vv_status pick(vv_pick *p, vv_error *err)
{
	bool empty, own = false;
	vv_status rc;

	if ((rc = vv_merge_try(&p->job, err)) < 0 ||
	    (rc = vv_merge_is_empty(&empty, &p->job, err)) < 0 || empty) {
		return rc; /* nothing is left under way */
	}
	if (!p->no_commit && p->job.conflicts.count == 0 &&
	    (rc = vv_conclude_is_needed(&own, p->repo, &p->head.commit, &p->job.tree, err)) < 0) {
		return rc;
	}
	if ((rc = pick_by_git(p, own, err)) < 0) return rc;
	if (own && p->outcome == VV_PICK_STAGED) return commit_own(p, err);
	p->stays = p->outcome == VV_PICK_STAGED && !p->no_commit;
	return p->stays ? vv_fail(err, VV_ECONFLICT, "git stopped before the commit") : VV_OK;
}

vv_status vv_pick_run(vv_pick *p, const char *word, vv_error *err)
{
	vv_merge_job *j = &p->job;
	size_t n = 0;
	vv_oid id;
	vv_status rc;

	if ((rc = vv_merge_rules_check(&p->how, err)) < 0 ||
	    (rc = vv_head_read(p->repo, &p->head, err)) < 0) {
		return rc;
	}
	if (p->head.unborn) {
		return vv_fail(err, VV_EUSAGE, "no commits to %s onto",
			       p->command ? p->command : vv_pick_verb(p));
	}
	if ((rc = vv_rev_commit(p->repo, word, &id, err)) < 0 ||
	    (rc = vv_commit_read(p->repo, &id, &p->of, err)) < 0 ||
	    (rc = vv_rev_short(p->repo, &id, &p->short_id, err)) < 0 ||
	    (rc = find_parent(p, err)) < 0 || (rc = make_label(p, err)) < 0) {
		return rc;
	}
	*j = (vv_merge_job){.repo = p->repo,
			    .reader = p->reader,
			    .verb = vv_pick_verb(p),
			    .command = p->command,
			    .base = p->revert ? p->of.id : p->parent,
			    .ours = p->head.commit,
			    .theirs = p->revert ? p->parent : p->of.id,
			    .names = {"base", branch_name(p), p->label.data},
			    .how = p->how};
	p->tip = p->head.commit;
	if (p->mainline > 0) {
		(void)snprintf(p->number, sizeof(p->number), "-m%llu",
			       (unsigned long long)p->mainline);
		j->words[n++] = p->number;
	}
	vv_merge_put_rules(j, &n);
	vv_oid_text(p->word, &id);
	j->words[n] = p->word;
	return pick(p, err);
}

void vv_pick_clear(vv_pick *p)
{
	if (p->job.repo) {
		vv_merge_job_clear(&p->job);
	}
	vv_head_clear(&p->head);
	vv_commit_clear(&p->of);
	vv_free(p->short_id);
	vv_buf_clear(&p->label);
	memset(p, 0, sizeof(*p));
}
