/*
 * interrupted: which files are git's work, and how they go back.
 */
#include "lib/worktree/interrupted.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/worktree/checkout.h"
#include "repo/git/history/refs.h"
#include "repo/git/index/worktree.h"
#include "repo/git/tree.h"
#include "repo/git/verb/runner.h"

#define GIT_WRITES ((uint64_t)8 << 20) /* at once: a file that it was writing is a multiple */

typedef struct undoing {
	vv_repository *repo;
	const vv_later *note;
	bool ours; /* whatever is in a file is git's */
	vv_index *index;
	vv_dataset_reader *reader;
	vv_checkout checkout;
	vv_buf back,
		gone; /* paths that HEAD has; that only the index has to lose; each ended by a NUL */
	size_t left;
} undoing;

static void undoing_clear(undoing *u)
{
	vv_checkout_clear(&u->checkout);
	vv_dataset_reader_close(u->reader);
	vv_index_close(u->index);
	vv_buf_clear(&u->back);
	vv_buf_clear(&u->gone);
}
VV_AUTO_CLEAR(undoing, undoing_clear)

static bool has_entry(const undoing *u, const char *path, uint32_t mode, const vv_oid *id)
{
	vv_index_entry e;
	const bool has = vv_index_get(u->index, path, &e);

	return mode ? has && e.mode == mode && vv_oid_equal(&e.id, id) : !has;
}

typedef enum content { ABSENT, OLD, NEW, HALF, OTHER } content;

static vv_status is_version(undoing *u, const char *path, uint32_t mode, const vv_oid *id,
			    bool *out, vv_error *err)
{
	vv_index_entry e = {.path = path, .mode = mode, .id = *id}, own;

	*out = false;
	if (mode == 0) return VV_OK;
	if (vv_index_get(u->index, path, &own) && own.mode == mode && vv_oid_equal(&own.id, id)) {
		e = own;
	}
	return vv_checkout_is_clean(&u->checkout, &e, out, err);
}

static vv_status look(undoing *u, const vv_change *c, content *out, vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(u->repo, c->path);
	vv_stat st;
	bool same;
	vv_status rc;

	*out = OTHER;
	if (!file) return vv_fail_nomem(err);
	if (vv_worktree_check_above(u->repo, c->path, VV_IGNORED) < 0) return VV_OK;
	if (vv_lstat(&st, file, VV_IGNORED) < 0) {
		*out = ABSENT;
		return VV_OK;
	}
	if ((rc = is_version(u, c->path, c->new_mode, &c->new_id, &same, err)) < 0 || same) {
		*out = NEW;
		return rc;
	}
	if ((rc = is_version(u, c->path, c->old_mode, &c->old_id, &same, err)) < 0 || same) {
		*out = OLD;
		return rc;
	}
	*out = S_ISREG(st.mode) && (u->ours || st.size % GIT_WRITES == 0) ? HALF : OTHER;
	return VV_OK;
}

static vv_status on_change(void *payload, const vv_change *c, vv_error *err)
{
	undoing *u = payload;
	const bool new_entry = has_entry(u, c->path, c->new_mode, &c->new_id);
	content is;
	vv_status rc;

	if (vv_later_was_changed(u->note, c->path)) return VV_OK;
	if ((rc = look(u, c, &is, err)) < 0) return rc;
	if (is == OTHER || (!new_entry && !has_entry(u, c->path, c->old_mode, &c->old_id))) {
		u->left++;
		vv_notes_put(vv_repository_notes(u->repo), "    %s: changed since, left as it is",
			     vv_text_shows(c->path));
		return VV_OK;
	}
	if (c->old_mode && (is != OLD || new_entry)) {
		vv_buf_put(&u->back, c->path, strlen(c->path) + 1);
	}
	if (!c->old_mode && (is == NEW || is == HALF) &&
	    (rc = vv_worktree_remove(u->repo, c->path, err)) < 0) {
		return rc;
	}
	if (!c->old_mode && new_entry) {
		vv_buf_put(&u->gone, c->path, strlen(c->path) + 1);
	}
	return VV_OK;
}

static vv_status run_git(undoing *u, const char *const *args, const vv_buf *paths, vv_error *err)
{
	static const char *const literal[] = {"GIT_LITERAL_PATHSPECS=1", NULL};
	vv_auto(vv_runner) git = {.repo = u->repo,
				  .args = args,
				  .more = literal,
				  .input = paths->data,
				  .len = paths->len};
	vv_status rc;

	if (paths->len == 0) return VV_OK;
	if ((rc = vv_runner_run(&git, err)) < 0) return rc;
	return git.code == 0 ? VV_OK : vv_runner_fail(&git, "the files were not put back", err);
}

/* A branch that was made or moved, and HEAD did not follow. */
static vv_status put_back_ref(const undoing *u, vv_error *err)
{
	const vv_later *l = u->note;
	const bool made = vv_oid_is_null(&l->ref_old);
	vv_auto(vv_ref) ref = {0};

	if (!l->ref || vv_ref_get(u->repo, l->ref, &ref, VV_IGNORED) < 0 ||
	    !vv_oid_equal(&ref.id, &l->to) || vv_oid_equal(&l->ref_old, &l->to)) {
		return VV_OK;
	}
	return made ? vv_ref_delete(u->repo, l->ref, &l->to, err)
		    : vv_ref_update(u->repo, l->ref, &l->ref_old, &l->to, true, "varve: undo", err);
}

static vv_status take_back(undoing *u, vv_error *err)
{
	vv_auto(char) *source = vv_asprintf("--source=%s", vv_oid_shows(&u->note->from));
	const char *const back[] = {"restore",
				    "--staged",
				    "--worktree",
				    source,
				    "--pathspec-from-file=-",
				    "--pathspec-file-nul",
				    NULL};
	static const char *const gone[] = {"update-index", "--force-remove", "-z", "--stdin", NULL};
	const vv_oid *from = vv_oid_is_null(&u->note->from) ? NULL : &u->note->from;
	vv_status rc;

	if (!source) return vv_fail_nomem(err);
	if ((rc = vv_index_open(&u->index, u->repo, err)) < 0 ||
	    (rc = vv_dataset_reader_open(&u->reader, u->repo,
					 vv_notes_begin(vv_repository_notes(u->repo)), err)) < 0) {
		return rc;
	}
	vv_checkout_init(&u->checkout, u->repo, u->reader, u->index);
	if ((rc = vv_tree_changes(u->repo, from, &u->note->to, "", on_change, u, err)) < 0 ||
	    (rc = vv_buf_ok(&u->back, err)) < 0 || (rc = vv_buf_ok(&u->gone, err)) < 0 ||
	    (rc = run_git(u, gone, &u->gone, err)) < 0 ||
	    (rc = run_git(u, back, &u->back, err)) < 0) {
		return rc;
	}
	return put_back_ref(u, err);
}

/* Has HEAD moved, so that nothing is undone? */
static vv_status end(vv_repository *r, const vv_later *note, bool ours, bool *undone, vv_error *err)
{
	vv_auto(undoing) u = {.repo = r, .note = note, .ours = ours};
	vv_auto(vv_head) head = {0};
	vv_status rc = vv_head_read(r, &head, err);

	*undone = rc == VV_OK && vv_oid_equal(&head.commit, &note->from) &&
		  !vv_oid_equal(&note->from, &note->to) && !vv_oid_is_null(&note->to);
	if (rc == VV_OK && *undone) {
		rc = take_back(&u, err);
	}
	vv_notes_end(vv_repository_notes(r));
	return rc < 0 ? vv_prefix(err, "%s was interrupted and cannot be undone",
				  vv_text_shows(note->what))
		      : vv_later_drop(r, err);
}

vv_status vv_interrupted_recover(vv_repository *r, vv_error *err)
{
	vv_auto(vv_later) note = {0};
	bool undone;
	vv_status rc = vv_later_read(&note, r, err);

	if (rc < 0 || note.alive) return rc == VV_ENOTFOUND ? VV_OK : rc;
	vv_later_sweep_locks(&note, r, true);
	if ((rc = end(r, &note, false, &undone, err)) < 0) return rc;
	vv_notes_put(vv_repository_notes(r), "%s was interrupted; it is %s now",
		     vv_text_shows(note.what), undone ? "undone" : "complete");
	return VV_OK;
}

void vv_interrupted_tell(vv_repository *r)
{
	vv_auto(vv_later) note = {0};
	vv_error why;
	vv_status rc = vv_later_read(&note, r, &why);

	if (rc == VV_OK && !note.alive) {
		vv_notes_put(vv_repository_notes(r),
			     "%s was interrupted; the next command that changes something here "
			     "undoes or completes it",
			     vv_text_shows(note.what));
	} else if (rc < 0 && rc != VV_ENOTFOUND) {
		vv_notes_warn(vv_repository_notes(r), "%s", why.message);
	}
}
