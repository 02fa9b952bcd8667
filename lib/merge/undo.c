/*
 * undo: undoes a merge. The paths that differ between HEAD and the index are the changes of the merge (or
 * its resolution); others are not touched. git restores these paths: after a kill, undo again.
 */
#include <string.h>

#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/merge/run.h"
#include "lib/worktree/checkout.h"
#include "lib/worktree/interrupted.h"
#include "repo/git/history/history.h"
#include "repo/git/index/worktree.h"
#include "repo/git/merge/conflict_state.h"

typedef struct undoing {
	vv_repository *repo;
	vv_index *index;
	vv_oid head;
	vv_checkout checkout;
	vv_by_git by_git;
	vv_buf paths, gone; /* in HEAD, and not in HEAD; each ended by a NUL */
	size_t edited;
} undoing;

static void undoing_clear(undoing *u)
{
	vv_by_git_clear(&u->by_git);
	vv_index_close(u->index);
	vv_buf_clear_all(&u->paths, &u->gone);
}
VV_AUTO_CLEAR(undoing, undoing_clear)

/* Restores the path to HEAD's version. */
static vv_status add_path(undoing *u, const char *path, vv_error *err)
{
	vv_auto(vv_tree_entry) t = {0};
	vv_status rc = vv_tree_entry_at(u->repo, &u->head, path, &t, err);

	if (rc < 0 && rc != VV_ENOTFOUND) return rc;
	vv_buf_put(t.mode ? &u->paths : &u->gone, path, strlen(path) + 1);
	return vv_by_git_expect(&u->by_git, path, t.mode, &t.id, err);
}

/* Is the file the index's version, or HEAD's already, or was an undo that was killed about to write it? */
static vv_status is_unedited(undoing *u, const vv_change *c, bool *out, vv_error *err)
{
	const vv_index_entry before = {.path = c->path, .mode = c->old_mode, .id = c->old_id};
	vv_auto(char) *file = vv_repository_file(u->repo, c->path);
	vv_index_entry e;
	vv_stat st;
	vv_status rc;

	*out = true;
	if (!file) return vv_fail_nomem(err);
	if (!vv_index_get(u->index, c->path, &e)) return VV_OK;
	if ((rc = vv_checkout_is_clean(&u->checkout, &e, out, err)) < 0 || *out) return rc;
	*out = vv_lstat(&st, file, VV_IGNORED) == VV_OK && st.size == 0;
	return *out || !c->old_mode ? VV_OK : vv_checkout_is_clean(&u->checkout, &before, out, err);
}

/* A path that merged cleanly: edits made since are not the merge's to throw away. */
static vv_status on_change(void *payload, const vv_change *c, vv_error *err)
{
	undoing *u = payload;
	bool unedited;
	vv_status rc = is_unedited(u, c, &unedited, err);

	if (rc < 0) return rc;
	if (!unedited) {
		if (u->edited++ == 0) {
			vv_notes_put(vv_repository_notes(u->repo),
				     "these files were edited after they were staged:");
		}
		vv_notes_put(vv_repository_notes(u->repo), "    %s", vv_text_shows(c->path));
	}
	return add_path(u, c->path, err);
}

/* git, which could not write the file, leaves it empty or removed, and an entry without the stat of
 * a file. */
static bool is_half_restored(const undoing *u, const vv_index_entry *e)
{
	if (e->ino != 0 || e->mtime_sec != 0 || e->hidden) return false;
	vv_auto(char) *file = vv_repository_file(u->repo, e->path);
	vv_stat st;
	const vv_status rc = file ? vv_lstat(&st, file, VV_IGNORED) : VV_ENOMEM;

	return rc == VV_ENOTFOUND || (rc == VV_OK && st.size == 0);
}

static vv_status collect_paths(undoing *u, vv_error *err)
{
	vv_status rc = vv_index_changes(u->repo, u->index, &u->head, on_change, u, err);
	vv_auto(char) *last = NULL;

	for (vv_index_entry e = {0}; rc == VV_OK && vv_index_next(u->index, &e);) {
		if ((e.stage == 0 && !is_half_restored(u, &e)) ||
		    (last && strcmp(last, e.path) == 0)) {
			continue;
		}
		vv_free(last);
		last = vv_strdup(e.path);
		rc = last ? add_path(u, last, err) : vv_fail_nomem(err);
	}
	if (rc == VV_OK && u->edited > 0) {
		vv_fail(err, VV_EREFUSED, "undoing the %s would lose these edits; nothing was done",
			vv_state_shown(u->repo));
		return vv_hint_code(err, VV_HINT_EDITS_ABORT); /* add or a stash would lose them */
	}
	return rc;
}

static vv_status undo_merge(undoing *u, vv_error *err)
{
	vv_auto(char) *command = vv_asprintf("%s --abort", vv_state_shown(u->repo));
	vv_auto(char) *what = vv_asprintf("'%s'", command ? command : "");

	if (!what) return vv_fail_nomem(err);
	u->by_git.git.what = what;
	u->by_git.git.command = command;
	vv_status rc = vv_runner_begin(&u->by_git.git, err);
	for (size_t at = 0; rc == VV_OK && at < u->gone.len; at += strlen(u->gone.data + at) + 1) {
		rc = vv_worktree_remove(u->repo, u->gone.data + at, err);
	}
	if (rc < 0 ||
	    (rc = vv_interrupted_put_back(u->repo, &u->head, &u->paths, &u->gone, err)) < 0 ||
	    (rc = vv_by_git_place(&u->by_git, err)) < 0 ||
	    (rc = vv_conflict_drop_all(u->repo, err)) < 0 ||
	    (rc = vv_state_abandon(u->repo, err)) < 0) {
		return rc;
	}
	return vv_later_drop(u->repo, err);
}

vv_status vv_merge_undo(vv_repository *r, bool *lacking, vv_error *err)
{
	vv_auto(vv_dataset_reader) *reader = NULL;
	vv_auto(vv_head) head = {0};
	vv_status rc;

	*lacking = false;
	if ((rc = vv_head_read(r, &head, err)) < 0 ||
	    (rc = vv_dataset_reader_open(&reader, r, vv_notes_begin(vv_repository_notes(r)), err)) <
		    0) {
		return rc;
	}
	vv_auto(undoing) u = {
		.repo = r,
		.head = head.commit,
		.by_git = {.git = {.repo = r, .from = head.commit}, .reader = reader}};
	if ((rc = vv_index_open(&u.index, r, err)) < 0) return rc;
	u.checkout = (vv_checkout){r, reader, u.index};
	if ((rc = collect_paths(&u, err)) == VV_OK) {
		rc = undo_merge(&u, err);
	}
	*lacking = rc == VV_OK && u.by_git.lacking;
	vv_notes_end(vv_repository_notes(r));
	return rc;
}
