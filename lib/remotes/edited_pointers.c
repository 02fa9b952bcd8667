/*
 * edited_pointers: each root is looked at where it is met first, so one that was edited and put back
 * is seen once or not at all; fsck looks at every pointer.
 */
#include "lib/remotes/edited_pointers.h"

#include "base/hint.h"
#include "base/text.h"
#include "dataset/table/root.h"
#include "repo/git/blob.h"
#include "repo/git/objects/send.h"
#include "repo/git/pointer.h"
#include "repo/git/tree.h"

#define TOLD_MAX 8u

typedef struct edited {
	vv_repository *repo;
	vv_store *store;
	size_t told;
} edited;

static void warn_pointer(edited *e, const vv_new_root *n)
{
	const vv_notes *notes = vv_repository_notes(e->repo);

	vv_notes_warn(notes,
		      "%s, commit %.10s: this push includes a damaged pointer, which does not "
		      "identify its data",
		      vv_text_shows(n->path), vv_oid_shows(&n->commit));
	if (++e->told == TOLD_MAX) {
		vv_notes_hint(notes, VV_HINT_FSCK);
	} else {
		vv_notes_hint(notes, VV_HINT_FIX, n->path);
	}
}

static vv_status check_root(void *payload, const vv_new_root *n, vv_error *err)
{
	edited *e = payload;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_tree_entry) at = {0};
	bool holds = true;
	vv_status rc;

	if (e->told == TOLD_MAX || !vv_store_has(e->store, &n->root)) return VV_OK;
	if ((rc = vv_tree_entry_at(e->repo, &n->commit, n->path, &at, err)) == VV_OK &&
	    (rc = vv_blob_read(e->repo, &at.id, VV_POINTER_MAX, &text, err)) == VV_OK &&
	    vv_root_pointer_holds(&holds, e->store, text.data, text.len, &n->root, VV_IGNORED) ==
		    VV_OK &&
	    !holds) {
		warn_pointer(e, n);
	}
	return rc;
}

vv_status vv_edited_pointers_warn(vv_repository *r, const vv_oid *wants, size_t want_count,
				  const vv_oid *haves, size_t have_count, vv_error *err)
{
	edited e = {.repo = r};
	vv_status rc = vv_repository_store(r, &e.store, err);

	return rc < 0 ? rc
		      : vv_new_roots_each(r, wants, want_count, haves, have_count, check_root, &e,
					  err);
}
