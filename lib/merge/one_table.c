/*
 * one_table: finds the commits that git may be merging, and compares their paths. The ids of the
 * three blobs prove that the commits are the right ones.
 */
#include "lib/merge/one_table.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/history.h"
#include "repo/git/index/index.h"
#include "repo/git/merge/renames.h"
#include "repo/git/run_git.h"

#define COMMITS_MAX 16u /* that have theirs; more are not tried */

static bool is_change(const vv_changed_file *f, const vv_dataset_merge *in, size_t side)
{
	return f->change.old_mode && f->change.new_mode &&
	       vv_oid_equal(&f->change.old_id, &in->sides[VV_BASE].id) &&
	       vv_oid_equal(&f->change.new_id, &in->sides[side].id);
}

static const char *path_before(const vv_changed_file *f)
{
	return f->old_path ? f->old_path : f->change.path;
}

/* Do these commits have the sides, at paths that belong together? paths: where to look; NULL: everywhere. */
static vv_status compare_commits(bool *one, const vv_dataset_merge *in, const vv_oid commits[3],
				 const char *const *paths, vv_error *err)
{
	vv_auto(vv_changed_files) ours = {0}, theirs = {0};
	vv_status rc;

	if ((rc = vv_changed_files_read(&ours, in->repo, &commits[VV_BASE], &commits[VV_OURS],
					paths, err)) < 0 ||
	    (rc = vv_changed_files_read(&theirs, in->repo, &commits[VV_BASE], &commits[VV_THEIRS],
					paths, err)) < 0) {
		return rc;
	}
	vv_array_each(ours.items, ours.count, a) {
		for (size_t k = 0; is_change(a, in, VV_OURS) && k < theirs.count; k++) {
			const vv_changed_file *b = &theirs.items[k];

			*one |= is_change(b, in, VV_THEIRS) &&
				strcmp(path_before(a), path_before(b)) == 0 &&
				(strcmp(a->change.path, in->path) == 0 ||
				 strcmp(b->change.path, in->path) == 0);
		}
	}
	return VV_OK;
}

/* At the path alone, which needs no renames; then with all that was renamed. */
static vv_status try_commits(bool *one, const vv_dataset_merge *in, const vv_oid *base,
			     const vv_oid *theirs, vv_error *err)
{
	const vv_oid commits[3] = {*base, in->commits[VV_OURS], *theirs};
	const char *const paths[] = {in->path, NULL};
	vv_status rc = compare_commits(one, in, commits, paths, err);

	return rc < 0 || *one ? rc : compare_commits(one, in, commits, NULL, err);
}

static bool has_side(const vv_dataset_merge *in, size_t side)
{
	vv_auto(vv_tree_entry) e = {0};

	return vv_tree_entry_at(in->repo, &in->commits[side], in->path, &e, VV_IGNORED) == VV_OK &&
	       vv_oid_equal(&e.id, &in->sides[side].id);
}

/* git merge names theirs. */
static vv_status try_merge(bool *one, const vv_dataset_merge *in, vv_error *err)
{
	vv_auto_free vv_oid *bases = NULL;
	size_t count = 0;

	if (vv_oid_is_null(&in->commits[VV_THEIRS])) return VV_OK;
	if (!vv_oid_is_null(&in->commits[VV_BASE])) {
		return try_commits(one, in, &in->commits[VV_BASE], &in->commits[VV_THEIRS], err);
	}
	vv_status rc = vv_merge_bases(in->repo, &in->commits[VV_OURS], &in->commits[VV_THEIRS],
				      &bases, &count, err);
	/* git's merge of several bases is in no commit. */
	*one = count > 1 && has_side(in, VV_OURS) && has_side(in, VV_THEIRS);
	for (size_t i = 0; rc == VV_OK && !*one && i < count; i++) {
		rc = try_commits(one, in, &bases[i], &in->commits[VV_THEIRS], err);
	}
	return rc;
}

/* Lines of git log over everything that has a name here: a commit and its parents, then what differs, of the
 * commits that brought or took away one of these blobs. path NULL: at any path. newest: of the newest of them. */
static vv_status read_log(vv_buf *out, const vv_dataset_merge *in, const vv_oid *const *blobs,
			  size_t count, const char *path, bool newest, vv_error *err)
{
	/* The last three: what git applies again after a rebase or merge, no ref names. */
	static const char *const starts[] = {"FETCH_HEAD", "ORIG_HEAD", "MERGE_AUTOSTASH",
					     "rebase-merge/autostash", "rebase-apply/autostash"};
	enum { STARTS = sizeof(starts) / sizeof(starts[0]) };
	char found[STARTS][VV_OID_TEXT + 1], wanted[3][VV_OID_TEXT + 32];
	const char *args[VV_GIT_ARGS_MAX] = {"-c",
					     "log.showRoot=true",
					     "log",
					     "-m",
					     "--raw",
					     "--no-abbrev",
					     "--all",
					     "--reflog",
					     "--no-renames",
					     "HEAD",
					     "--format=%H %P"};
	vv_auto(vv_buf) said = VV_BUF_INIT;
	const vv_git_call call = {.args = args,
				  .repo = in->repo,
				  .dir = vv_repository_workdir(in->repo),
				  .more = vv_git_literal,
				  .output = out};
	size_t n = 11;
	int code;
	vv_oid id;

	if (newest) {
		args[n++] = "-4";
	}
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(wanted[i], sizeof(wanted[i]), "--find-object=%s",
			       vv_oid_shows(blobs[i]));
		args[n++] = wanted[i];
	}
	for (size_t i = 0; i < STARTS; i++) {
		if (vv_rev_commit(in->repo, starts[i], &id, VV_IGNORED) == VV_OK) {
			vv_oid_text(found[i], &id);
			args[n++] = found[i];
		}
	}
	args[n++] = "--";
	args[n] = path;
	return vv_git_run(&call, &said, &code, err);
}

/* Git merges other trees than a commit and its parent (merge-tree, rebase --rebase-merges): were all three at the
 * path, in some commit? Under another path a side would have been renamed from or to it. */
static vv_status try_path(bool *one, const vv_dataset_merge *in, vv_error *err)
{
	const vv_oid *const blobs[] = {&in->sides[VV_BASE].id, &in->sides[VV_OURS].id,
				       &in->sides[VV_THEIRS].id};
	vv_auto(vv_tree_entry) head = {0};
	vv_auto(vv_index) *index = NULL;
	vv_index_entry staged;
	vv_auto(vv_buf) log = VV_BUF_INIT;
	vv_status rc;

	/* git switch -m merges with HEAD's as the base, and the work tree's as theirs. */
	if (vv_tree_entry_at(in->repo, &in->commits[VV_OURS], in->path, &head, VV_IGNORED) ==
		    VV_OK &&
	    vv_oid_equal(&head.id, blobs[VV_BASE])) {
		*one = true;
		return VV_OK;
	}
	/* A pick of a young commit is found without a walk over all history, once for each table. */
	if (vv_oid_equal(&head.id, blobs[VV_OURS])) {
		rc = read_log(&log, in, &blobs[VV_THEIRS], 1, in->path, true, err);
		*one = rc == VV_OK && strstr(vv_buf_cstr(&log), vv_oid_shows(blobs[VV_BASE])) &&
		       strstr(vv_buf_cstr(&log), vv_oid_shows(blobs[VV_THEIRS]));
		if (rc < 0 || *one) return rc;
		vv_buf_reset(&log);
	}
	if ((rc = vv_index_open(&index, in->repo, err)) < 0 ||
	    (rc = read_log(&log, in, blobs, 3, in->path, false, err)) < 0) {
		return rc;
	}
	*one = true;
	for (size_t i = 0; i < 3; i++) {
		/* cherry-pick -n: the staged one is ours, and in no commit */
		*one &= strstr(vv_buf_cstr(&log), vv_oid_shows(blobs[i])) != NULL ||
			(i == VV_OURS && vv_index_get(index, in->path, &staged) &&
			 vv_oid_equal(&staged.id, blobs[i]));
	}
	return VV_OK;
}

/* Rebase, cherry-pick, revert and stash merge a commit with its parent as base, or the other way round. */
static vv_status try_changes(bool *one, const vv_dataset_merge *in, vv_error *err)
{
	const vv_oid *const blobs[] = {&in->sides[VV_THEIRS].id};
	vv_auto(vv_buf) log = VV_BUF_INIT;
	vv_status rc = read_log(&log, in, blobs, 1, NULL, false, err);
	size_t tried = 0;

	for (vv_line l = {.rest = vv_buf_cstr(&log)}; rc == VV_OK && !*one && vv_line_next(&l);) {
		vv_oid commit, parent;

		if (vv_oid_parse(&commit, l.text, l.len < VV_OID_TEXT ? l.len : VV_OID_TEXT)) {
			for (size_t at = VV_OID_TEXT + 1;
			     rc == VV_OK && !*one && at < l.len && tried < COMMITS_MAX &&
			     vv_oid_parse(&parent, l.text + at, VV_OID_TEXT);
			     at += VV_OID_TEXT + 1, tried++) {
				rc = try_commits(one, in, &parent, &commit, err);
				if (rc == VV_OK && !*one) {
					rc = try_commits(one, in, &commit, &parent, err);
				}
			}
		}
	}
	return rc;
}

/* git checkout -m to a branch that renamed the table: HEAD's version is the base, the branch's is ours, and that of the work
 * tree is theirs, which is not compared with anything. Nothing is staged: the index has the base at its old path. */
static vv_status try_switch(bool *one, const vv_dataset_merge *in, vv_error *err)
{
	const vv_oid *const blobs[] = {&in->sides[VV_OURS].id};
	vv_auto(vv_buf) log = VV_BUF_INIT;
	vv_auto(vv_index) *index = NULL;
	vv_index_entry e;
	vv_status rc = vv_index_open(&index, in->repo, err);

	rc = rc < 0 ? rc : read_log(&log, in, blobs, 1, in->path, true, err);
	for (vv_line l = {.rest = vv_buf_cstr(&log)}; rc == VV_OK && !*one && vv_line_next(&l);) {
		vv_auto(vv_changed_files) f = {0};
		vv_oid commit;

		if (!vv_oid_parse(&commit, l.text, l.len < VV_OID_TEXT ? l.len : VV_OID_TEXT)) {
			continue;
		}
		rc = vv_changed_files_read(&f, in->repo, &in->commits[VV_OURS], &commit, NULL, err);
		vv_array_each(f.items, f.count, c) {
			*one |= c->old_path && is_change(c, in, VV_OURS) &&
				strcmp(c->change.path, in->path) == 0 &&
				vv_index_get(index, c->old_path, &e) &&
				vv_oid_equal(&e.id, &in->sides[VV_BASE].id);
		}
	}
	return rc;
}

vv_status vv_one_table_check(bool *one, const vv_dataset_merge *in, vv_error *err)
{
	bool pointer = false;
	vv_status rc;

	if (in->sides[VV_BASE].mode != 0 &&
	    (rc = vv_dataset_reader_is_pointer(vv_dataset_writer_reader(in->writer),
					       &in->sides[VV_BASE].id, &pointer, err)) < 0) {
		return rc;
	}
	if ((*one = !pointer)) return VV_OK; /* text is as alike as its rows */
	if ((rc = try_merge(one, in, err)) < 0 || *one || (rc = try_path(one, in, err)) < 0 ||
	    *one) {
		return rc;
	}
	rc = try_changes(one, in, err);
	return rc < 0 || *one ? rc : try_switch(one, in, err);
}
