/*
 * pick: the base of a pick, and what git calls it.
 */
#include "lib/commit/pick.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
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

static vv_status make_message(vv_pick *p, vv_error *err)
{
	char id[VV_OID_TEXT + 1], parent[VV_OID_TEXT + 1];
	size_t len;
	const char *subject = vv_commit_subject(&p->of, &len);
	vv_buf *m = &p->message;

	vv_oid_text(id, &p->of.id);
	vv_oid_text(parent, &p->parent);
	if (p->revert) {
		vv_buf_printf(m, "Revert \"%.*s\"\n\nThis reverts commit %s", (int)len, subject,
			      id);
		if (p->of.parent_count > 1) {
			vv_buf_printf(m, ", reversing\nchanges made to %s", parent);
		}
		vv_buf_puts(m, ".\n");
		vv_buf_printf(&p->label, "parent of %s", p->short_id);
	} else {
		vv_buf_puts(m, p->of.message);
		if (m->len > 0 && m->data[m->len - 1] != '\n') {
			vv_buf_putc(m, '\n');
		}
		if (p->note_origin) {
			vv_buf_printf(m, "\n(cherry picked from commit %s)\n", id);
		}
		vv_buf_printf(&p->label, "%s", p->short_id);
	}
	vv_buf_printf(&p->label, " (%.*s)", (int)len, subject);
	vv_buf_printf(&p->reflog, "%s: %.*s", vv_pick_verb(p), (int)strcspn(vv_buf_cstr(m), "\n"),
		      vv_buf_cstr(m));
	if (p->label.failed || p->reflog.failed) return vv_fail_nomem(err);
	return vv_buf_ok(m, err);
}

static const char *branch_name(const vv_pick *p)
{
	if (!p->head.branch) return "HEAD";
	return strncmp(p->head.branch, "refs/heads/", 11) == 0 ? p->head.branch + 11
							       : p->head.branch;
}

static vv_status merge_pick(vv_pick *p, vv_error *err)
{
	p->job = (vv_merge_job){
		.repo = p->repo,
		.writer = p->writer,
		.index = p->index,
		.base = p->revert ? p->of.id : p->parent,
		.ours = p->head.commit,
		.theirs = p->revert ? p->parent : p->of.id,
		.theirs_commit = p->of.id,
		.names = {"base", branch_name(p), p->label.data},
		.how = p->how,
		.labels = {p->revert ? p->short_id : "parent", "HEAD", p->label.data},
		.state = p->no_commit ? NULL : vv_pick_verb(p),
		.commits = !p->no_commit,
		.message = p->message.data};
	vv_status rc = vv_merge_plan(&p->job, p->command ? p->command : vv_pick_verb(p), err);
	if (rc < 0) return rc;
	if (vv_merge_is_empty(&p->job)) {
		p->outcome = VV_PICK_EMPTY; /* nothing is left under way */
		return VV_OK;
	}
	if (p->job.conflicts > 0) {
		p->job.state = vv_pick_verb(p); /* so that --abort has something to go back from */
	}
	if ((rc = vv_merge_apply(&p->job, err)) < 0) return rc;
	p->outcome = p->job.conflicts > 0 ? VV_PICK_CONFLICTS
		     : p->no_commit       ? VV_PICK_STAGED
					  : VV_PICK_READY;
	return VV_OK;
}

vv_status vv_pick_run(vv_pick *p, const char *word, vv_error *err)
{
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
	    (rc = find_parent(p, err)) < 0 || (rc = make_message(p, err)) < 0 ||
	    (rc = vv_index_open(&p->index, p->repo, err)) < 0) {
		return rc;
	}
	return merge_pick(p, err);
}

vv_status vv_pick_finish(vv_pick *p, vv_error *err)
{
	if (p->outcome != VV_PICK_READY) return VV_OK;
	p->commit = (vv_merge_commit){.repo = p->repo,
				      .writer = p->writer,
				      .index = p->index,
				      .message = p->message.data,
				      .parents = &p->head.commit,
				      .parent_count = 1,
				      .keep_author = p->revert ? NULL : &p->of,
				      .reflog = p->reflog.data,
				      .after = "post-commit",
				      .editor = p->editor,
				      .no_verify = true,
				      .quiet = p->quiet,
				      .verbose = p->verbose,
				      .put_changes = p->put_changes,
				      .noted = true};
	vv_status rc = vv_merge_commit_make(&p->commit, err);
	p->stays = rc < 0 && !p->commit.made && vv_merge_stays(&p->job, rc);
	return rc;
}

void vv_pick_clear(vv_pick *p)
{
	vv_merge_commit_clear(&p->commit);
	if (p->job.repo) {
		vv_merge_job_clear(&p->job);
	}
	vv_index_close(p->index);
	vv_head_clear(&p->head);
	vv_commit_clear(&p->of);
	vv_free(p->short_id);
	vv_buf_clear_all(&p->message, &p->label, &p->reflog);
	memset(p, 0, sizeof(*p));
}
