/*
 * undo: the way back. What differs between HEAD and the index is what the merge (or
 * whoever resolved it) did; nothing else is touched.
 */
#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/merge/run.h"
#include "lib/worktree/last_copy.h"
#include "repo/git/history/history.h"
#include "repo/git/merge/conflict_state.h"

typedef struct undoing {
	vv_repository *repo;
	vv_dataset_reader *reader;
	vv_index *index;
	vv_oid head;
	vv_checkout checkout;
	char **paths;
	size_t count, cap;
	size_t edited;
} undoing;

static vv_status add_path(undoing *u, const char *path, vv_error *err)
{
	if (!vv_array_room(u->paths, u->count, u->cap)) return vv_fail_nomem(err);
	if (!(u->paths[u->count] = vv_strdup(path))) return vv_fail_nomem(err);
	u->count++;
	return VV_OK;
}

/* A path that merged cleanly: edits made since are not the merge's to throw away. */
static vv_status on_change(void *payload, const vv_change *c, vv_error *err)
{
	undoing *u = payload;
	vv_index_entry e;
	bool clean = true;
	vv_status rc;

	if (vv_index_get(u->index, c->path, &e) &&
	    ((rc = vv_checkout_is_clean(&u->checkout, &e, &clean, err)) < 0 ||
	     (clean && (rc = vv_last_copy_keep(u->repo, u->reader, u->index, c->path, err)) < 0))) {
		return rc;
	}
	if (!clean) {
		if (u->edited++ == 0) {
			vv_notes_put(vv_repository_notes(u->repo),
				     "these files were edited after they were staged:");
		}
		vv_notes_put(vv_repository_notes(u->repo), "    %s", vv_text_shows(c->path));
	}
	return add_path(u, c->path, err);
}

static vv_status collect(undoing *u, vv_error *err)
{
	vv_status rc = vv_index_changes(u->repo, u->index, &u->head, on_change, u, err);

	for (size_t i = 0; rc == VV_OK && i < vv_index_count(u->index); i++) {
		vv_index_entry e;

		vv_index_at(u->index, i, &e);
		if (e.stage != 0 &&
		    (u->count == 0 || strcmp(u->paths[u->count - 1], e.path) != 0)) {
			rc = add_path(u, e.path, err);
		}
	}
	if (rc == VV_OK && u->edited > 0) {
		vv_fail(err, VV_EREFUSED, "going back would lose these edits; nothing was done");
		return vv_hint_code(err, VV_HINT_EDITS);
	}
	return rc;
}

/* One path, as HEAD has it. removals: only those that HEAD has not; else only others. */
static vv_status put_back(undoing *u, const char *path, bool removals, vv_error *err)
{
	vv_tree_entry t;
	vv_status rc = vv_tree_entry_at(u->repo, &u->head, path, &t, err);

	if (rc == VV_ENOTFOUND) {
		return removals ? vv_checkout_remove(&u->checkout, path, true, err) : VV_OK;
	}
	if (rc == VV_OK) {
		rc = removals ? VV_OK
			      : vv_checkout_write(&u->checkout, path, t.mode, &t.id, true, err);
		vv_tree_entry_clear(&t);
	}
	return rc;
}

/* What will change, before anything does: once begun it is carried through. */
static vv_status note(undoing *u, vv_journal **out, vv_error *err)
{
	const char *state = vv_state_name(u->repo), *shown = vv_state_shown(u->repo);
	vv_auto(vv_buf) what = VV_BUF_INIT, command = VV_BUF_INIT;
	vv_status rc;

	vv_buf_printf(&what, "'%s --abort'", shown);
	vv_buf_printf(&command, "%s --abort", shown);
	const vv_journal_options o = {.command = vv_buf_cstr(&command),
				      .what = vv_buf_cstr(&what),
				      .state = state,
				      .end = VV_JOURNAL_END_CLOSE,
				      .finish = true};
	if (vv_buf_ok(&what, err) < 0 || vv_buf_ok(&command, err) < 0) {
		rc = VV_ENOMEM;
	} else {
		rc = vv_journal_open(out, u->repo, &o, err);
	}
	for (size_t i = 0; rc == VV_OK && i < u->count; i++) {
		vv_journal_change c = {.path = u->paths[i], .known = true};
		vv_tree_entry t;

		rc = vv_tree_entry_at(u->repo, &u->head, c.path, &t, err);
		if (rc == VV_OK) {
			c.new_mode = t.mode;
			c.new_id = t.id;
			vv_tree_entry_clear(&t);
		}
		rc = rc == VV_OK || rc == VV_ENOTFOUND ? vv_journal_path(*out, u->index, &c, err)
						       : rc;
	}
	return rc < 0 ? rc : vv_journal_ready(*out, err);
}

static vv_status run(undoing *u, vv_error *err)
{
	vv_status rc = VV_OK;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; rc == VV_OK && i < u->count; i++) {
			rc = put_back(u, u->paths[i], pass == 0, err);
		}
	}
	if (rc < 0 || (rc = vv_index_write(u->index, err)) < 0 ||
	    (rc = vv_state_cleanup(u->repo, err)) < 0) {
		return rc;
	}
	return vv_conflict_drop_all(u->repo, err);
}

vv_status vv_merge_undo(vv_repository *r, bool *lacking, vv_error *err)
{
	undoing u = {.repo = r};
	vv_auto(vv_head) head = {0};
	vv_status rc;

	*lacking = false;
	if ((rc = vv_head_read(r, &head, err)) < 0 || (rc = vv_index_open(&u.index, r, err)) < 0 ||
	    (rc = vv_dataset_reader_open(&u.reader, r, vv_notes_begin(vv_repository_notes(r)),
					 err)) < 0) {
		goto done;
	}
	u.head = head.commit;
	vv_checkout_init(&u.checkout, r, u.reader, u.index);
	u.checkout.pointer_ok = true;
	u.checkout.fetch = true;
	if ((rc = collect(&u, err)) == VV_OK) {
		vv_journal *j = NULL;

		if ((rc = note(&u, &j, err)) == VV_OK) {
			rc = run(&u, err);
		}
		rc = vv_journal_close(j, rc, err);
		*lacking = rc == VV_OK && vv_checkout_note_missing(&u.checkout);
	}
	vv_notes_end(vv_repository_notes(r));
	vv_checkout_clear(&u.checkout);
done:
	vv_names_free(u.paths, u.count);
	vv_dataset_reader_close(u.reader);
	vv_index_close(u.index);
	return rc;
}
