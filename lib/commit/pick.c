/*
 * pick: the base of a pick, and what git calls it.
 */
#include "lib/commit/pick.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/commit/conclude.h"
#include "lib/merge/rules.h"
#include "repo/git/history/history.h"
#include "repo/git/index/attribute_lines.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/index.h"

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
		return vv_fail(
			err, VV_EUSAGE,
			"%s is a merge\nuse -m 1 to apply its changes against its first parent",
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

/* For a file: adds its path, restores its parent's version in the index, and removes the path that
 * the commit gave it. */
static vv_status put_back(vv_buf *names, vv_index *x, const vv_pick *p, const vv_changed_file *f,
			  vv_error *err)
{
	const vv_change *c = &f->change;
	const char *path = f->old_path ? f->old_path : c->path;
	bool table = false, tracked = false;
	vv_status rc = VV_OK;

	vv_buf_printf(names, "%s%s", names->len > 0 ? ", " : "", c->path);
	if (f->old_path || !c->old_mode) {
		rc = vv_index_remove(x, c->path, err);
	}
	if (rc < 0 || !c->old_mode ||
	    (rc = vv_index_set(x, path, c->old_mode, &c->old_id, NULL, err)) < 0 ||
	    (rc = vv_dataset_reader_is_pointer(p->reader, &c->old_id, &table, err)) < 0 || !table ||
	    (rc = vv_attr_tracked(p->repo, path, &tracked, err)) < 0 || tracked) {
		return rc;
	}
	return vv_attr_track_staged(x, p->repo, &path, 1, err);
}

/* By its name before the commit, in it, or today. */
static bool is_asked(const vv_pick *p, const vv_changed_file *f, const vv_changed_files *since)
{
	bool is = vv_pathspec_match(p->paths, f->change.path, NULL);

	is |= f->old_path && vv_pathspec_match(p->paths, f->old_path, NULL);
	vv_array_each(since->items, since->count, s) {
		is |= s->old_path && strcmp(s->old_path, f->change.path) == 0 &&
		      vv_pathspec_match(p->paths, s->change.path, NULL);
	}
	return is;
}

static vv_status find_changed(vv_pick *p, vv_error *err)
{
	vv_auto(vv_changed_files) since = {0};
	const vv_oid *parent = vv_oid_is_null(&p->parent) ? NULL : &p->parent;
	size_t kept = 0;
	vv_status rc;

	if ((rc = vv_changed_files_read(&p->changed, p->repo, parent, &p->of.id, NULL, err)) < 0 ||
	    (rc = vv_changed_files_read(&since, p->repo, &p->of.id, &p->head.commit, NULL, err)) <
		    0) {
		return rc;
	}
	vv_array_each(p->changed.items, p->changed.count, it) {
		if (is_asked(p, it, &since)) {
			p->changed.items[kept++] = *it;
		}
	}
	p->changed.count = kept;
	return VV_OK;
}

/* Makes a commit whose pick reverts the commit's changes of the paths. */
static vv_status make_reverse(vv_oid *out, const vv_pick *p, vv_error *err)
{
	vv_auto(vv_index) *x = NULL;
	vv_auto(vv_buf) names = VV_BUF_INIT, message = VV_BUF_INIT;
	size_t len;
	const char *subject = vv_commit_subject(&p->of, &len);
	vv_status rc = vv_index_open_tree(&x, p->repo, &p->of.id, err);

	for (size_t i = 0; rc == VV_OK && i < p->changed.count; i++) {
		rc = put_back(&names, x, p, &p->changed.items[i], err);
	}
	vv_buf_printf(&message, "Revert \"%.*s\" in %s\n\nThis reverts commit %s", (int)len,
		      subject, vv_buf_cstr(&names), vv_oid_shows(&p->of.id));
	if (p->mainline > 0) {
		vv_buf_printf(&message, " against %s", vv_oid_shows(&p->parent));
	}
	vv_buf_printf(&message, " in %s.\n", p->changed.count == 1 ? "this file" : "these files");
	rc = rc < 0 ? rc : vv_buf_ok(&message, err);
	return rc < 0 ? rc : vv_index_write_commit(out, x, &p->of.id, vv_buf_cstr(&message), err);
}

static vv_status pick_by_git(vv_pick *p, bool own, vv_error *err)
{
	const char *options[8];
	vv_auto(vv_head) head = {0};
	size_t n = 0;
	vv_status rc;

	if (p->no_commit || own) {
		options[n++] = "-n";
		p->job.state = vv_pick_verb(p);
		p->job.of = p->of.id;
		p->job.waits = own;
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
	if (p->job.conflicts.count > 0) {
		p->outcome = VV_PICK_CONFLICTS;
	} else if (vv_oid_equal(&p->tip, &p->head.commit)) {
		p->outcome = VV_PICK_STAGED;
	} else {
		p->outcome = VV_PICK_COMMITTED;
	}
	return VV_OK;
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

static vv_status commit_apart(vv_pick *p, vv_error *err)
{
	const vv_commit_options o = {.message = p->of.message,
				     .tree = &p->job.tree,
				     .parents = &p->head.commit,
				     .parent_count = 1,
				     .no_sign = true};

	p->outcome = p->job.conflicts.count > 0 ? VV_PICK_CONFLICTS : VV_PICK_STAGED;
	return p->outcome == VV_PICK_CONFLICTS ? VV_OK : vv_commit_write(p->repo, &o, &p->tip, err);
}

static vv_status pick_commit(vv_pick *p, vv_error *err)
{
	bool empty, own = p->paths && !p->no_commit;
	vv_status rc;

	if ((rc = vv_merge_try(&p->job, err)) < 0 ||
	    (rc = vv_merge_is_empty(&empty, &p->job, err)) < 0 || empty) {
		return rc; /* nothing is left under way */
	}
	if (p->apart) return commit_apart(p, err);
	if (!own && !p->no_commit && p->job.conflicts.count == 0 &&
	    (rc = vv_conclude_is_needed(&own, p->repo, &p->head.commit, &p->job.tree, err)) < 0) {
		return rc;
	}
	if ((rc = pick_by_git(p, own, err)) < 0) return rc;
	if (own && p->outcome == VV_PICK_STAGED) return commit_own(p, err);
	p->stays = p->outcome == VV_PICK_STAGED && !p->no_commit;
	return p->stays ? vv_fail(err, VV_ECONFLICT, "git stopped before the commit") : VV_OK;
}

vv_status vv_pick_begin(vv_pick *p, const vv_oid *commit, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_merge_rules_check(&p->how, err)) < 0 ||
	    (rc = vv_head_read(p->repo, &p->head, err)) < 0) {
		return rc;
	}
	if (p->head.unborn) {
		return vv_fail(err, VV_EUSAGE, "no commits to %s onto",
			       p->command ? p->command : vv_pick_verb(p));
	}
	if ((rc = vv_commit_read(p->repo, commit, &p->of, err)) < 0 ||
	    (rc = vv_rev_short(p->repo, commit, &p->short_id, err)) < 0 ||
	    (rc = find_parent(p, err)) < 0 || (rc = make_label(p, err)) < 0) {
		return rc;
	}
	return p->paths ? find_changed(p, err) : VV_OK;
}

vv_status vv_pick_run(vv_pick *p, vv_error *err)
{
	vv_merge_job *j = &p->job;
	size_t n = 0;
	vv_oid reverse = {0};
	vv_status rc;

	vv_head_clear(&p->head);
	if ((rc = vv_head_read(p->repo, &p->head, err)) < 0 ||
	    (p->paths && (rc = make_reverse(&reverse, p, err)) < 0)) {
		return rc;
	}
	p->tip = p->head.commit;
	const char *usual = vv_pick_verb(p);
	const vv_oid *base = &p->parent, *theirs = &p->of.id;
	const vv_oid *ours = vv_oid_is_null(&p->onto) ? &p->head.commit : &p->onto;

	if (p->revert) {
		base = &p->of.id;
		theirs = &p->parent;
	}
	if (p->paths) {
		theirs = &reverse;
	}
	*j = (vv_merge_job){.repo = p->repo,
			    .reader = p->reader,
			    .verb = usual,
			    .command = p->command ? p->command : usual,
			    .base = *base,
			    .ours = *ours,
			    .theirs = *theirs,
			    .names = {"base", branch_name(p), p->label.data},
			    .how = p->how};
	if (p->paths) {
		j->verb = "cherry-pick";
	}
	if (p->mainline > 0 && !p->paths) {
		(void)snprintf(p->number, sizeof(p->number), "-m%llu",
			       (unsigned long long)p->mainline);
		j->words[n++] = p->number;
	}
	vv_merge_put_rules(j, &n);
	vv_oid_text(p->word, p->paths ? &reverse : &p->of.id);
	j->words[n] = p->word;
	return pick_commit(p, err);
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
	vv_changed_files_clear(&p->changed);
	memset(p, 0, sizeof(*p));
}
