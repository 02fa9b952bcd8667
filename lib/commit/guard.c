/*
 * guard: checks of each staged blob under a tracked path.
 */
#include "lib/commit/guard.h"

#include <string.h>
#include <sys/stat.h>

#include "base/hint.h"
#include "base/text.h"
#include "dataset/table/root.h"
#include "lib/worktree/add_plan.h"
#include "lib/worktree/attributes_lines.h"
#include "repo/git/history/history.h"
#include "repo/git/index/attributes.h"

static vv_status refuse(const vv_change_entry *e, const char *why, vv_error *err)
{
	return vv_fail(err, VV_EREFUSED, "%s is a dataset of varve, but %s; nothing was committed",
		       vv_text_shows(e->path), why);
}

/* Is the pointer's text the one that its root gives? Only asked where the root is here. */
static vv_status check_pointer(vv_repository *r, const vv_change_entry *e, const vv_buf *text,
			       const vv_pointer *p, vv_error *err)
{
	vv_store *store;
	bool holds;
	vv_status rc = vv_repository_store(r, &store, err);

	if (rc < 0) return rc;
	rc = vv_root_pointer_holds(&holds, store, text->data, text->len, &p->root, err);
	if (rc == VV_OK && !holds) {
		rc = refuse(e, "its pointer was changed by hand or by a merge of text", err);
		vv_hint_code(err, VV_HINT_ADD_TABLE, e->path);
	}
	return rc == VV_EMISSING ? VV_OK : rc;
}

/* The staged blob must be a pointer that fits its root. */
static vv_status check_blob(vv_repository *r, const vv_change_entry *e, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_pointer p;
	uint64_t size;
	vv_status rc;

	if ((rc = vv_blob_size(r, &e->index_id, &size, err)) < 0) return rc;
	if (size <= VV_POINTER_MAX &&
	    (rc = vv_blob_read(r, &e->index_id, VV_POINTER_MAX, &text, err)) == VV_OK &&
	    vv_pointer_looks_like(text.data, text.len)) {
		rc = vv_pointer_read(&p, &arena, text.data, text.len, err);
		if (rc == VV_OK) {
			rc = check_pointer(r, e, &text, &p, err);
		} else {
			vv_prefix(err, "%s: its staged pointer is damaged", vv_text_shows(e->path));
		}
	} else if (rc == VV_OK) {
		rc = refuse(e, "staged as plain text", err);
		vv_hint_code(err, VV_HINT_ADD_FIX_OR_UNTRACK, e->path);
	}
	return rc;
}

/* libgit2 matches a path with every line of .gitattributes: it is asked only where the answer counts. */
static vv_status check_entry(vv_repository *r, const vv_change_entry *e, vv_error *err)
{
	vv_error why = {0};
	bool tracked = false;
	vv_status found, rc;

	if (vv_add_never(e->path) || (found = check_blob(r, e, &why)) == VV_OK) return VV_OK;
	if ((rc = vv_attr_tracked(r, e->path, &tracked, err)) < 0 || !tracked) return rc;
	*err = why;
	return found;
}

vv_status vv_commit_guard(vv_repository *r, const vv_changes *changes, vv_error *err)
{
	vv_auto(vv_attr_list) lines = {0};
	vv_status rc = vv_attr_list_read(&lines, r, err);

	for (size_t i = 0; i < changes->count && rc == VV_OK; i++) {
		const vv_change_entry *e = &changes->entries[i];
		if (S_ISREG(e->index_mode) && e->staged != ' ' && e->staged != '?' &&
		    vv_attr_list_concerns(&lines, e->path)) {
			rc = check_entry(r, e, err);
		}
	}
	return rc;
}
