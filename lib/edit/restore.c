/*
 * restore: has git write the paths as an earlier version (or the index) has them.
 */
#include "lib/edit/restore.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "lib/names/nearest_kept.h"
#include "lib/worktree/attributes_lines.h"
#include "lib/worktree/by_git.h"
#include "lib/worktree/left_out.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/revision.h"
#include "repo/git/run_git.h"
#include "repo/git/verb/runner.h"

/* The target state of a selected path. */
typedef struct target {
	char *path;
	uint32_t mode; /* 0: the source does not have it: remove */
	vv_oid id;
	bool there; /* the file is it already */
	bool left;  /* the work tree cannot have the file */
} target;

typedef struct restore {
	const vv_restore *o;
	vv_by_git by_git;
	vv_buf paths;    /* for git, each ended by a NUL */
	vv_oid commit;   /* of the source; null: the index */
	target *targets; /* sorted by path */
	size_t count, cap;
	vv_attr_list lines; /* what may concern varve */
	bool anew;          /* that changes, too */
	int top;            /* the work tree's folder */
} restore;

static vv_status add_target(restore *r, const char *path, uint32_t mode, const vv_oid *id,
			    vv_error *err)
{
	const target t = {.path = vv_strdup(path), .mode = mode, .id = id ? *id : (vv_oid){{0}}};

	return vv_array_own(r->targets, r->count, r->cap, t.path, t) ? VV_OK : vv_fail_nomem(err);
}

static vv_status from_tree(void *payload, const vv_tree_entry *e, vv_error *err)
{
	restore *r = payload;

	return vv_pathspec_match(r->o->paths, e->path, NULL)
		       ? add_target(r, e->path, e->mode, &e->id, err)
		       : VV_OK;
}

/* The index's paths: all of them when it is the source; else those that the source
 * does not have, which are to go. */
static vv_status from_index(restore *r, bool is_source, vv_error *err)
{
	size_t known = r->count;
	vv_status rc;

	for (vv_index_entry e = {0}; vv_index_next(r->o->index, &e);) {
		bool literal = false;

		/* git ignores files outside of a sparse checkout, unless they are named. */
		if (!vv_pathspec_match(r->o->paths, e.path, &literal) ||
		    (e.skip_worktree && !literal)) {
			continue;
		}
		if (e.stage != 0 && !r->o->staged) {
			vv_fail(err, VV_EUSAGE, "'%s' is in conflict", vv_text_shows(e.path));
			return vv_hint_code(err, VV_HINT_RESOLVE);
		}
		if (is_source) {
			if ((rc = add_target(r, e.path, e.mode, &e.id, err)) < 0) return rc;
		} else if (known == 0 ||
			   !bsearch(&e.path, r->targets, known, sizeof(target), vv_text_order)) {
			if (r->count > known &&
			    strcmp(r->targets[r->count - 1].path, e.path) == 0) {
				continue; /* a further stage of the same conflict */
			}
			if ((rc = add_target(r, e.path, 0, NULL, err)) < 0) return rc;
		}
	}
	return VV_OK;
}

static vv_status collect_targets(restore *r, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_status rc = vv_head_read(r->o->repo, &head, err);

	if (rc < 0) return rc;
	r->by_git.git.from = head.commit;
	if (r->o->source) {
		rc = vv_rev_commit(r->o->repo, r->o->source, &r->commit, err);
	} else if (r->o->staged) {
		r->commit = head.commit;
	} else {
		return from_index(r, true, err);
	}
	if (rc < 0 || (rc = vv_tree_each(r->o->repo, &r->commit, "", from_tree, r, err)) < 0) {
		return rc;
	}
	if (r->count > 1) {
		qsort(r->targets, r->count, sizeof(target), vv_text_order);
	}
	return from_index(r, false, err);
}

/* Only the index, by git. Without commits, removes the entries. */
static vv_status unstage_paths(const vv_restore *o, vv_error *err)
{
	const char *args[] = {
		"restore", "--staged", "--pathspec-from-file=-", "--pathspec-file-nul", NULL, NULL};
	vv_auto(vv_head) head = {0};
	vv_auto(vv_buf) words = VV_BUF_INIT;
	vv_auto(char) *source = NULL;
	vv_oid commit;
	vv_status rc = vv_head_read(o->repo, &head, err);

	if (rc < 0 || (o->source && (rc = vv_rev_commit(o->repo, o->source, &commit, err)) < 0)) {
		return rc;
	}
	if (o->source) {
		args[4] = source = vv_asprintf("--source=%s", vv_oid_shows(&commit));
		if (!source) return vv_fail_nomem(err);
	} else if (head.unborn) {
		args[0] = "rm";
		args[1] = "--cached";
		args[4] = "-rfq";
	}
	vv_array_each(o->paths->items, o->paths->count, item) {
		vv_buf_put(&words, item->given, strlen(item->given) + 1);
	}
	if ((rc = vv_buf_ok(&words, err)) < 0) return rc;
	vv_auto(vv_runner) git = {.repo = o->repo,
				  .args = args,
				  .dir = ".",
				  .input = words.data,
				  .len = words.len,
				  .what = "restoring the index",
				  .from = head.commit,
				  .locks = true};
	return vv_runner_run_whole(&git, "not restored", err);
}

/* Is the file certainly the index entry already, so that it need not be written? Checks only
 * without reading it: writing is quicker than comparing. */
static vv_status is_there(restore *r, const target *t, bool *out, vv_error *err)
{
	vv_index_entry e;
	vv_stat st;
	vv_oid known;

	*out = false;
	if (!vv_index_get(r->o->index, t->path, &e) || e.mode != t->mode ||
	    !vv_oid_equal(&e.id, &t->id) || vv_lstat_at(&st, r->top, t->path, NULL, NULL) < 0) {
		return VV_OK;
	}
	if (vv_stat_cache_get(vv_dataset_reader_parts(r->o->reader)->stats, t->path, &st, &known)) {
		*out = vv_oid_equal(&known, &t->id);
	} else if (vv_index_stat_clean(r->o->index, &e, &st)) {
		*out = !S_ISREG(t->mode) ||
		       (!r->anew && !vv_attr_list_concerns(&r->lines, t->path));
		if (*out) return VV_OK;
		/* The index may also have the stat of a pointer in its table's place. */
		vv_auto(char) *file = vv_repository_file(r->o->repo, t->path);
		if (!file) return vv_fail_nomem(err);
		*out = !vv_dataset_reader_holds_pointer(file, &st);
	}
	return VV_OK;
}

/* Which lines of .gitattributes apply, and are they among the restored files? */
static vv_status see_attributes(restore *r, vv_error *err)
{
	vv_status rc = vv_attr_list_read(&r->lines, r->o->repo, NULL, VV_ATTR_FILTER_LINES, err);

	for (size_t i = 0; rc == VV_OK && i < r->count && !r->anew; i++) {
		const target *t = &r->targets[i];
		bool there = false;

		if (strcmp(vv_path_base(t->path), ".gitattributes") == 0) {
			rc = t->mode ? is_there(r, t, &there, err) : VV_OK;
			r->anew = !there;
		}
	}
	return rc;
}

/* Is it outside of a sparse checkout, unchanged and not named? git then ignores it. */
static bool is_outside(const restore *r, const target *t)
{
	vv_index_entry e;
	bool literal = false;

	return vv_index_get(r->o->index, t->path, &e) && e.skip_worktree && e.mode == t->mode &&
	       vv_oid_equal(&e.id, &t->id) && vv_pathspec_match(r->o->paths, t->path, &literal) &&
	       !literal;
}

/* Names the files that the work tree cannot have, before the others are written. */
static vv_status leave_out(restore *r, vv_error *err)
{
	vv_auto(vv_left_out) l = {.repo = r->o->repo};
	size_t left = 0;
	bool applies = false;
	vv_status rc = vv_left_out_applies(&applies, r->o->repo, err);

	if (rc < 0 || !applies) return rc;
	for (vv_index_entry e = {0}; rc == VV_OK && vv_index_next(r->o->index, &e);) {
		rc = e.stage == 0 ? vv_left_out_add(&l, e.path, VV_NAME_STAYS, err) : VV_OK;
	}
	for (size_t i = 0; rc == VV_OK && i < r->count; i++) {
		const target *t = &r->targets[i];
		const vv_name_fate fate = t->mode ? VV_NAME_COMES : VV_NAME_GOES;

		rc = t->there ? VV_OK : vv_left_out_add(&l, t->path, fate, err);
	}
	if (rc < 0 || (rc = vv_left_out_find(&l, err)) < 0 || !l.first) return rc;
	vv_array_each(r->targets, r->count, t) {
		t->left = !t->there && vv_left_out_why(&l, t->path);
		left += t->left;
	}
	if (left == r->count) {
		return vv_fail(err, VV_EREFUSED, "not restored: %s\n%s", l.first,
			       VV_LEFT_OUT_REMEDY);
	}
	vv_left_out_warn(&l);
	return VV_OK;
}

/* The paths that will change, for git and for the files that it does not write. */
static vv_status expect_paths(restore *r, vv_error *err)
{
	vv_status rc = see_attributes(r, err);
	size_t outside = 0;

	for (size_t i = 0; rc == VV_OK && i < r->count; i++) {
		target *t = &r->targets[i];

		rc = t->mode ? is_there(r, t, &t->there, err) : VV_OK;
	}
	rc = rc < 0 ? rc : leave_out(r, err);
	for (size_t i = 0; rc == VV_OK && i < r->count; i++) {
		target *t = &r->targets[i];
		const bool out = !t->there && is_outside(r, t);

		outside += out;
		if (t->there || t->left || out) {
			continue;
		}
		rc = vv_by_git_expect(&r->by_git, t->path, t->mode, &t->id, err);
		vv_buf_put(&r->paths, t->path, strlen(t->path) + 1);
	}
	if (rc == VV_OK && outside > 0 && outside == r->count) {
		return vv_fail(err, VV_EUSAGE,
			       "nothing was restored: all these files are outside the sparse "
			       "checkout\n'git sparse-checkout disable' restores every file");
	}
	return rc < 0 ? rc : vv_buf_ok(&r->paths, err);
}

static vv_status restore_all(restore *r, vv_error *err)
{
	const char *args[] = {
		"restore", "--worktree", "--pathspec-from-file=-", "--pathspec-file-nul", NULL,
		NULL,      NULL};
	vv_auto(char) *source = NULL;
	size_t n = 4;

	if ((r->top = vv_repository_open_top(r->o->repo, err)) < 0) return (vv_status)r->top;
	vv_status rc = expect_paths(r, err);
	(void)vv_close(r->top, NULL, VV_IGNORED);
	vv_attr_list_clear(&r->lines);
	if (rc < 0 || r->paths.len == 0) return rc;
	if (r->o->staged) {
		args[n++] = "--staged";
	}
	if (!vv_oid_is_null(&r->commit)) {
		args[n++] = source = vv_asprintf("--source=%s", vv_oid_shows(&r->commit));
		if (!source) return vv_fail_nomem(err);
	}
	r->by_git.git.args = args;
	r->by_git.git.more = vv_git_literal;
	r->by_git.git.input = r->paths.data;
	r->by_git.git.len = r->paths.len;
	return vv_by_git_run(&r->by_git, "not restored", err);
}

/* A version among the paths, where other programs have it. */
static bool hint_version(const vv_restore *o, vv_error *err)
{
	vv_oid commit;

	vv_array_each(o->paths->items, o->paths->count, item) {
		if (!item->matched && !vv_exists(item->given) &&
		    vv_rev_commit(o->repo, item->given, &commit, VV_IGNORED) == VV_OK) {
			vv_hint(err, "did you mean '--source %s'?", vv_text_shows(item->given));
			return true;
		}
	}
	return false;
}

vv_status vv_restore_run(vv_restored *out, const vv_restore *o, vv_error *err)
{
	restore r = {.o = o};
	vv_status rc;

	*out = (vv_restored){0};
	if (o->staged && !o->worktree) return unstage_paths(o, err);
	r.by_git = (vv_by_git){
		.git = {.repo = o->repo, .what = "restoring files", .command = "restore"},
		.reader = o->reader,
		.must = true};
	if ((rc = collect_targets(&r, err)) == VV_OK &&
	    (rc = vv_pathspec_all_matched(o->paths, o->index, err)) == VV_OK) {
		rc = restore_all(&r, err);
	}
	if (r.by_git.gap) {
		vv_nearest_kept_hint(o->repo, o->source ? o->source : "HEAD", r.by_git.gap, err);
	}
	if (rc == VV_ENOTFOUND && !o->source && !hint_version(o, err)) {
		(void)vv_hint_code(err, VV_HINT_RESTORE_SOURCE);
	}
	*out = (vv_restored){.datasets = r.by_git.tables,
			     .files = r.by_git.count - r.by_git.tables};
	vv_by_git_clear(&r.by_git);
	vv_buf_clear(&r.paths);
	vv_array_clear(r.targets, r.count, it, vv_free(it->path));
	return rc;
}
