/*
 * txn_write: the end of a transaction: the order of syncs, and checks for concurrent changes of paths.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/check/commit_check.h"
#include "lib/commit/make.h"
#include "lib/commit/message.h"
#include "lib/commit/package_apply.h"
#include "lib/commit/txn_internal.h"
#include "lib/worktree/add.h"
#include "lib/worktree/checkout.h"
#include "lib/worktree/last_copy.h"
#include "lib/worktree/way_back.h"
#include "repo/git/history/history.h"
#include "repo/git/index/attribute_lines.h"
#include "repo/git/index/attributes.h"
#include "repo/git/merge/conflict_state.h"

/* --- index and work tree ----------------------------------------------------------------- */

static bool has_datasets(const vv_txn *t)
{
	return vv_array_find(t->changes, t->change_count, c, c->made && c->dataset) != NULL;
}

static bool is_changed(const vv_txn *t)
{
	return vv_array_find(t->changes, t->change_count, c, c->made) != NULL;
}

/* Is a path another file than in the index, or gone? */
static bool has_other(const vv_txn *t)
{
	return vv_array_find(t->changes, t->change_count, c,
			     c->made && (c->new_mode != c->old_mode ||
					 (c->new_mode && !vv_oid_equal(&c->new_id, &c->old_id)))) !=
	       NULL;
}

/* Paths that .gitattributes is to name. */
static vv_status list_tracks(const vv_txn *t, const char ***out, size_t *count, vv_error *err)
{
	*count = 0;
	*out = vv_calloc(t->change_count + 1, sizeof(**out));
	if (!*out) return vv_fail_nomem(err);
	vv_array_each(t->changes, t->change_count, c) {
		if (c->made && c->new_mode && c->track) {
			(*out)[(*count)++] = c->path;
		}
	}
	return VV_OK;
}

/* Is the path unchanged since the transaction read it? */
static vv_status must_be_same(const vv_txn *t, const vv_index *now, const vv_txn_change *c,
			      vv_error *err)
{
	vv_index_entry e = {.mode = 0};
	vv_auto(char) *file = NULL;
	vv_stat st;

	if (!vv_index_get(now, c->path, &e)) {
		e.mode = 0;
	}
	bool same = e.mode == c->old_mode && (!e.mode || vv_oid_equal(&e.id, &c->old_id));
	if (same && c->work) {
		if (!(file = vv_repository_file(t->repo, c->path))) return vv_fail_nomem(err);
		const bool there = vv_lstat(&st, file, NULL) == VV_OK;
		same = there == c->was_there && (!there || vv_stat_equal(&st, &c->was));
	}
	return same ? VV_OK
		    : vv_fail(err, VV_ECONFLICT, "'%s' was changed in the meantime",
			      vv_text_shows(c->path));
}

/* HEAD may have gone on, or to another branch. */
static vv_status must_be_head(const vv_txn *t, vv_error *err)
{
	vv_auto(vv_head) now = {0};
	vv_status rc = vv_head_read(t->repo, &now, err);

	if (rc == VV_OK && (!vv_oid_equal(&now.commit, &t->head.commit) ||
			    (now.branch && t->head.branch ? strcmp(now.branch, t->head.branch) != 0
							  : now.branch != t->head.branch))) {
		rc = vv_fail(err, VV_ECONFLICT, "HEAD moved while the commit was being made");
	}
	return rc;
}

/* Records all changes in advance. */
static vv_status note_way_back(vv_txn *t, vv_index *now, vv_way_back **back, bool commits,
			       vv_error *err)
{
	bool own = false;
	vv_status rc;

	vv_array_each(t->changes, t->change_count, c) {
		if (c->made && ((rc = must_be_same(t, now, c, err)) < 0 ||
				(c->work && (rc = vv_last_copy_keep(t->repo, t->reader, now,
								    c->path, err)) < 0))) {
			return rc;
		}
	}
	if ((rc = vv_way_back_open(back, t->repo, commits ? VV_WAY_BACK_COMMIT : "staging",
				   "a transaction", err)) < 0 ||
	    (commits && (rc = must_be_head(t, err)) < 0)) {
		return rc;
	}
	vv_array_each(t->changes, t->change_count, c) {
		const bool attributes = strcmp(c->path, VV_TXN_ATTRIBUTES) == 0;

		own = own || (c->made && attributes);
		if (c->made &&
		    (rc = vv_way_back_path(*back, now, c->path, c->work || attributes, err)) < 0) {
			return rc;
		}
	}
	if (!own && has_datasets(t) &&
	    (rc = vv_way_back_path(*back, now, VV_TXN_ATTRIBUTES, true, err)) < 0) {
		return rc;
	}
	return vv_way_back_ready(*back, err);
}

static vv_status apply_change(vv_checkout *to, const vv_txn_change *c, vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(to->repo, c->path);
	vv_stat st;

	if (!file) return vv_fail_nomem(err);
	if (c->work && c->new_mode && !c->was_there && vv_lstat(&st, file, VV_IGNORED) == VV_OK &&
	    !S_ISDIR(st.mode)) {
		return vv_fail(
			err, VV_EREFUSED,
			"'%s' cannot be written: another path is the same file on this file "
			"system\nrename one of the two on a file system with case-sensitive names",
			vv_text_shows(c->path));
	}
	if (c->work) {
		return c->new_mode ? vv_checkout_write(to, c->path, c->new_mode, &c->new_id, err)
				   : vv_checkout_remove(to, c->path, err);
	}
	if (c->new_mode) {
		return vv_index_set(to->index, c->path, c->new_mode, &c->new_id, &c->st, err);
	}
	vv_status rc = vv_index_remove(to->index, c->path, err);
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

static vv_status track_paths(vv_txn *t, vv_index *now, vv_error *err)
{
	vv_auto(vv_attr_edit) edit = {0};
	vv_auto_free const char **paths = NULL;
	size_t count = 0;
	vv_status rc;

	if (!has_datasets(t)) return VV_OK;
	if ((rc = list_tracks(t, &paths, &count, err)) == VV_OK && count > 0 &&
	    (rc = vv_attr_edit_begin(&edit, t->repo, err)) == VV_OK) {
		rc = vv_attr_edit_track_all(&edit, paths, count, err);
	}
	return rc < 0 ? rc : vv_add_stage_attributes(&edit, t->repo, now, err);
}

/* Removals first, so that a folder can take a file's place and the other way round. */
static vv_status apply_changes(vv_txn *t, vv_index *now, vv_error *err)
{
	vv_checkout to = {t->repo, t->reader, now};
	vv_status rc;

	for (int pass = 0; pass < 2; pass++) {
		vv_array_each(t->changes, t->change_count, c) {
			if (c->made && (c->new_mode != 0) == (pass == 1) &&
			    (rc = apply_change(&to, c, err)) < 0) {
				return rc;
			}
		}
	}
	return track_paths(t, now, err);
}

static vv_status drop_conflicts(vv_txn *t, vv_error *err)
{
	vv_status rc;

	vv_array_each(t->changes, t->change_count, change) {
		if (change->made) {
			if ((rc = vv_conflict_drop(t->repo, change->path, err)) < 0) {
				return rc;
			}
		}
	}
	return VV_OK;
}

/* Files and index, with the way back still open: *back, also on failure. */
static vv_status write_all(vv_txn *t, vv_way_back **back, bool commits, vv_error *err)
{
	vv_auto(vv_index) *now = NULL;
	vv_status rc;

	/* The files are made from these blocks. Plain git may have the index's lock and wait for
	 * ours. */
	if ((rc = vv_dataset_writer_commit(t->writer, err)) < 0) return rc;
	vv_dataset_writer_settle(t->writer);
	if ((rc = vv_index_open_locked(&now, t->repo, err)) < 0) return rc;
	vv_dataset_reader_lend_index(t->reader, now);
	bool conflicts = vv_index_has_conflicts(now);
	if ((rc = note_way_back(t, now, back, commits, err)) < 0 ||
	    (rc = apply_changes(t, now, err)) < 0 || (commits && (rc = must_be_head(t, err)) < 0) ||
	    (rc = vv_index_write(now, err)) < 0) {
		goto done;
	}
	rc = conflicts ? drop_conflicts(t, err) : VV_OK;
done:
	vv_dataset_reader_lend_index(t->reader, t->index);
	return rc;
}

static vv_status stage_changes(vv_txn *t, vv_error *err)
{
	vv_way_back *back = NULL;
	vv_status rc = VV_OK;

	if (is_changed(t)) {
		rc = write_all(t, &back, false, err);
		rc = vv_way_back_close(back, rc, err);
	}
	vv_txn_close_index(t);
	vv_dataset_writer_release(t->writer);
	t->waited = false; /* the current state is its own work, and it still has the turn */
	return rc < 0 ? rc : vv_txn_begin(t, NULL, err);
}

vv_status vv_txn_stage(vv_txn *t, vv_error *err)
{
	vv_error own = {0};
	vv_status rc;

	if ((rc = vv_txn_is_over(t, err)) < 0) return rc;
	if (t->branch) return vv_fail(err, VV_EUSAGE, "a transaction on a branch has no index");
	rc = stage_changes(t, &own);
	return vv_txn_over(t, rc, &own, err);
}

/* --- commits ----------------------------------------------------------------------------- */

static vv_status fail_empty(vv_error *err)
{
	return vv_fail(err, VV_ENOCHANGE, "there is nothing to commit");
}

static vv_status must_be_expected(const vv_txn *t, const vv_oid *expect, vv_error *err)
{
	if (!expect || vv_oid_equal(expect, &t->head.commit)) return VV_OK;
	return vv_fail(err, VV_ECONFLICT, "the branch is not at the expected commit");
}

/* Does the index equal the tree of HEAD? Checked before anything is written: the transaction's objects may not exist yet; the
 * commit checks again. */
static vv_status is_empty(vv_txn *t, bool *out, vv_error *err)
{
	vv_auto(vv_tree_entry) top = {0};
	vv_oid tree;
	vv_status rc;

	*out = false;
	if (has_other(t) || *vv_state_name(t->repo) || vv_index_has_conflicts(t->index)) {
		return VV_OK;
	}
	if ((rc = vv_index_write_tree(t->index, &tree, err)) < 0) return rc;
	if (vv_oid_is_null(&t->head.commit)) {
		*out = vv_index_count(t->index) == 0;
		return VV_OK;
	}
	if ((rc = vv_tree_entry_at(t->repo, &t->head.commit, "", &top, err)) == VV_OK) {
		*out = vv_oid_equal(&top.id, &tree);
	}
	return rc;
}

static vv_status commit_head(vv_oid *id, vv_txn *t, const char *message,
			     const vv_txn_commit_options *o, vv_error *err)
{
	vv_way_back *back = NULL;
	vv_auto(vv_commit_job) j = {.repo = t->repo,
				    .writer = t->writer,
				    .allow_empty = o->allow_empty,
				    .no_hooks = o->no_hooks,
				    .no_check = o->no_check,
				    .message = message,
				    .author = o->author,
				    .author_time = o->time,
				    .author_offset_min = o->offset_min,
				    .author_time_set = o->time_set,
				    .both_times = o->both_times,
				    .expect = &t->head.commit,
				    .back = &back};
	vv_status rc = VV_OK;

	if ((rc = must_be_head(t, err)) < 0) return rc;
	if (is_changed(t)) {
		/* Later changes of the index by a hook, or a package's description, are undone with the
		 * rest. */
		if ((rc = vv_index_copy_take(&j.index_before, t->repo, err)) == VV_OK &&
		    (rc = write_all(t, &back, true, err)) == VV_OK) {
			vv_index_copy_mark(&j.index_before, t->repo);
		}
	}
	vv_txn_close_index(t);
	vv_dataset_writer_release(t->writer);
	if (rc == VV_OK && (rc = vv_commit_make(&j, err)) == VV_OK && j.nothing) {
		rc = fail_empty(err);
	}
	rc = vv_way_back_close(back, rc, err); /* the commit's has gone with it */
	if (j.made) {
		*id = j.id;
	}
	return rc;
}

/* Adds lines for new tables to the branch's own .gitattributes. */
static vv_status track_in_tree(vv_txn *t, vv_error *err)
{
	vv_auto_free const char **paths = NULL;
	size_t count;
	vv_status rc = list_tracks(t, &paths, &count, err);

	if (rc == VV_OK && count > 0) {
		rc = vv_attr_track_staged(t->index, t->repo, paths, count, err);
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		bool tracked = false;

		rc = vv_attr_tracked(t->repo, paths[i], &tracked, err);
		if (rc == VV_OK && !tracked) {
			rc = vv_fail(err, VV_EREFUSED,
				     "%s: a line of a .gitattributes file unsets filter=varve",
				     vv_text_shows(paths[i]));
		}
	}
	return rc;
}

/* Updates the roots of tables that changed packages describe; *paths names them. */
static vv_status describe_tables(vv_txn *t, char ***paths, size_t *count, vv_error *err)
{
	vv_changes changes = {0};

	changes.entries = vv_calloc(t->change_count + 1, sizeof(*changes.entries));
	if (!changes.entries) return vv_fail_nomem(err);
	vv_array_each(t->changes, t->change_count, c) {
		if (c->made && c->new_mode) {
			changes.entries[changes.count++] = (vv_change_entry){
				.path = c->path, .index_mode = c->new_mode, .staged = 'M'};
		}
	}
	vv_status rc = vv_describe_for_commit(t->repo, t->index, t->writer, &changes, paths, count,
					      err);
	vv_free(changes.entries);
	return rc;
}

/* The check of commits that the tree's varve.json requires. */
static vv_status check_commit(vv_txn *t, const vv_oid *id, char *const *described,
			      size_t described_count, vv_error *err)
{
	vv_commit_check check = {.commit = id,
				 .base = vv_oid_is_null(&t->head.commit) ? NULL : &t->head.commit};
	vv_auto_free char **paths = vv_calloc(t->change_count + described_count + 1,
					      sizeof(*paths));
	vv_auto(vv_buf) told = VV_BUF_INIT;

	if (!paths) return vv_fail_nomem(err);
	vv_array_each(t->changes, t->change_count, c) {
		check.all = check.all || (c->made && (strcmp(c->path, "varve.json") == 0 ||
						      strcmp(c->path, "varve.checks") == 0));
		if (c->made) {
			paths[check.path_count++] = c->path;
		}
	}
	vv_array_each(described, described_count, path) {
		paths[check.path_count++] = *path;
	}
	check.paths = paths;
	check.progress = vv_dataset_reader_parts(t->reader)->progress;
	vv_status rc = vv_commit_check_run(&check, t->repo, t->reader, &told, err);
	for (vv_line l = {.rest = vv_buf_cstr(&told)}; vv_line_next(&l);) {
		vv_notes_put(vv_repository_notes(t->repo), "%.*s", (int)l.len, l.text);
	}
	return rc;
}

/* May fail after the move, if that cannot be made durable: see *moved. */
static vv_status move_branch(vv_txn *t, const vv_oid *id, const char *message, bool *moved,
			     vv_error *err)
{
	vv_auto(vv_ref) ref = {0};
	vv_status rc;

	if (!*t->branch) {
		rc = vv_repository_flush(t->repo, err);
		*moved = rc == VV_OK;
		return rc;
	}
	vv_auto(char) *reflog = vv_asprintf("commit%s: %.*s", t->head.unborn ? " (initial)" : "",
					    (int)strcspn(message, "\n"), message);
	if ((rc = vv_alloc_ok(reflog, err)) == VV_OK) {
		rc = vv_ref_update(t->repo, t->branch, id, t->head.unborn ? NULL : &t->head.commit,
				   false, reflog, err);
	}
	*moved = rc == VV_OK || (vv_ref_get(t->repo, t->branch, &ref, VV_IGNORED) == VV_OK &&
				 vv_oid_equal(&ref.id, id));
	return rc == VV_EEXISTS
		       ? vv_fail(err, VV_ECONFLICT, "the branch was created in the meantime")
		       : rc;
}

static vv_status commit_branch(vv_oid *id, vv_txn *t, const char *message,
			       const vv_txn_commit_options *o, vv_error *err)
{
	vv_oid tree, made;
	bool moved = false;
	vv_auto(vv_string_list) described = {0};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_commit_options c = {.tree = &tree,
			       .parents = &t->head.commit,
			       .parent_count = !vv_oid_is_null(&t->head.commit),
			       .author = o->author,
			       .author_time = o->time,
			       .author_offset_min = o->offset_min,
			       .author_time_set = o->time_set,
			       .both_times = o->both_times};
	vv_status rc;

	vv_buf_puts(&text, message ? message : "");
	vv_message_clean(&text, NULL);
	if ((rc = vv_buf_ok(&text, err)) < 0) return rc;
	if (text.len == 0) {
		return vv_fail(err, VV_ECONFLICT,
			       "the commit message is empty; nothing was committed");
	}
	c.message = text.data;
	if ((rc = vv_dataset_writer_commit(t->writer, err)) < 0 ||
	    (rc = describe_tables(t, &described.items, &described.count, err)) < 0 ||
	    (rc = track_in_tree(t, err)) < 0 ||
	    (rc = vv_index_write_tree(t->index, &tree, err)) < 0 ||
	    (rc = vv_commit_write(t->repo, &c, &made, err)) < 0 ||
	    (!o->no_check &&
	     (rc = check_commit(t, &made, described.items, described.count, err)) < 0)) {
		return rc;
	}
	rc = move_branch(t, &made, text.data, &moved, err);
	if (moved) {
		*id = made;
	}
	vv_txn_close_index(t);
	vv_dataset_writer_release(t->writer);
	return rc;
}

static vv_status commit_changes(vv_oid *id, vv_txn *t, const char *message,
				const vv_txn_commit_options *o, vv_error *err)
{
	bool empty = false;
	vv_status rc;

	if ((rc = must_be_expected(t, o->expect, err)) < 0 ||
	    (!o->allow_empty && (rc = is_empty(t, &empty, err)) < 0)) {
		return rc;
	}
	if (empty) return fail_empty(err);
	rc = t->branch ? commit_branch(id, t, message, o, err)
		       : commit_head(id, t, message, o, err);
	t->waited = t->branch != NULL;
	t->seen = *id;
	return rc < 0 ? rc : vv_txn_begin(t, NULL, err);
}

vv_status vv_txn_commit(vv_oid *id, vv_txn *t, const char *message, const vv_txn_commit_options *o,
			vv_error *err)
{
	const vv_txn_commit_options none = {0};
	vv_error own = {0};
	vv_status rc;

	memset(id, 0, sizeof(*id));
	if ((rc = vv_txn_is_over(t, err)) < 0) return rc;
	rc = commit_changes(id, t, message, o ? o : &none, &own);
	return vv_txn_over(t, rc, &own, err);
}
