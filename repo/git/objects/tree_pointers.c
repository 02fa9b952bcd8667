/*
 * tree_pointers: the stack of folders, and the handling of missing objects.
 */
#include "repo/git/objects/tree_pointers.h"

#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/objects/range.h"
#include "repo/git/objects/send.h"
#include "repo/git/tree_internal.h"

#define PATH_BYTES_MAX 16384u

void vv_tree_pointers_init(vv_tree_pointers *g, vv_repository *r, vv_tree_pointer_fn fn,
			   void *payload)
{
	*g = (vv_tree_pointers){.repo = r,
				.fn = fn,
				.payload = payload,
				.hard = true,
				.trees = {.repo = r, .width = 1}};
}

void vv_tree_pointers_clear(vv_tree_pointers *g)
{
	vv_tree_stack_clear(&g->trees);
	vv_arena_clear(&g->arena);
	vv_oid_set_clear(&g->seen);
}

/* For a blob committed as a damaged pointer, or one of a later version (why.code VV_ENOSUPPORT), which is
 * treated as plain text: warns r's listener, once of each, and only of a few. */
static void tell_damaged(vv_repository *r, const git_oid *id, const git_oid *commit,
			 const char *path, const vv_error *why)
{
	vv_told *told = r->told ? r->told : &r->own_told;

	for (size_t i = 0; i < told->count; i++) {
		if (git_oid_equal(&told->ids[i], id)) return;
	}
	if (!r->notes || told->count == VV_TOLD_MAX) return;
	told->ids[told->count++] = *id;
	vv_notes_warn(r->notes,
		      why->code == VV_ENOSUPPORT
			      ? "%s, commit %.10s: its rows are left out: %s"
			      : "%s, commit %.10s: a damaged pointer counts as plain text: %s",
		      vv_text_shows(path), vv_git_shows(commit), why->message);
	if (told->count == VV_TOLD_MAX) {
		vv_notes_hint(r->notes, VV_HINT_FSCK);
	} else if (why->code == VV_ENOSUPPORT) {
		vv_notes_put(
			r->notes,
			"hint: upgrade varve to include the rows; for a transfer, upgrade it on both sides");
	} else {
		vv_notes_hint(r->notes, VV_HINT_RESTORE_WHOLE_REV, path);
	}
}

/* May this object be missing? An object reachable from a ref must exist; in a partial clone a
 * missing one was never used here. */
static bool may_lack(const vv_tree_pointers *g, vv_status rc)
{
	return (rc == VV_ENOTFOUND || rc == VV_EMISSING) && (!g->hard || g->repo->partial);
}

/* An object could not be read. VV_OK: the walk continues. */
static vv_status fail_unread(vv_tree_pointers *g, const git_oid *id, const char *path,
			     const vv_oid *commit, vv_status rc, vv_error *err)
{
	vv_error why = *err;

	if (may_lack(g, rc)) return vv_error_excuse(rc, true, err);
	if (!g->unread || rc == VV_ENOMEM) return vv_prefix(err, "%s", vv_text_shows(path));
	return g->unread(g->payload, vv_git_shows(id), path, commit, why.message, err);
}

static vv_status read_pointer(vv_tree_pointers *g, git_odb_object *object, const char *path,
			      const vv_oid *commit, vv_error *err)
{
	const void *bytes = git_odb_object_data(object);
	size_t len = git_odb_object_size(object);
	vv_pointer pointer;
	vv_error why;

	vv_arena_reset(&g->arena);
	vv_status rc = vv_pointer_find(&pointer, &g->arena, bytes, len, &why);
	if (rc == VV_ENOTFOUND) return VV_OK;
	if (rc == VV_OK) return g->fn(g->payload, &pointer, path, commit, NULL, err);
	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	rc = g->fn(g->payload, NULL, path, commit, why.message, err);
	const char *at = bytes, *end = at + len;
	memset(&pointer, 0, sizeof(pointer));
	while (rc == VV_OK && g->meant && vv_pointer_next_root(&pointer.root, &at, end)) {
		rc = g->fn(g->payload, &pointer, path, commit, why.message, err);
	}
	return rc;
}

vv_status vv_tree_pointers_blob(vv_tree_pointers *g, const git_oid *id, const char *path,
				const vv_oid *commit, vv_error *err)
{
	vv_auto(git_odb_object) *object = NULL;
	git_object_t type;
	uint64_t size;
	bool added, partial = g->repo->partial;
	vv_status rc = vv_oid_set_add(&g->seen, id, &added, err);

	if (rc < 0 || !added) return rc;
	g->repo->partial = false; /* nothing is fetched for this */
	rc = vv_object_header(g->repo, id, &type, &size, err);
	if (rc == VV_OK && type != GIT_OBJECT_BLOB) {
		/* Damaged: skipping it would lose the pointer's version. */
		rc = vv_fail(err, VV_ECORRUPT, "the object %s is a %s, expected a blob",
			     vv_git_shows(id), git_object_type2string(type));
	}
	if (rc == VV_OK && size >= VV_POINTER_MIN && size <= VV_POINTER_MAX) {
		rc = vv_object_read(g->repo, id, GIT_OBJECT_BLOB, VV_POINTER_MAX, &object, err);
	}
	g->repo->partial = partial;
	if (rc < 0) return fail_unread(g, id, path, commit, rc, err);
	return object ? read_pointer(g, object, path, commit, err) : VV_OK;
}

static vv_status note_root(void *payload, const vv_pointer *p, const char *path VV_UNUSED,
			   const vv_oid *commit VV_UNUSED, const char *what VV_UNUSED,
			   vv_error *err)
{
	return p ? vv_cid_set_note(payload, &p->root, err) : VV_OK;
}

static vv_status skip_unread(void *payload VV_UNUSED, const char *id VV_UNUSED,
			     const char *path VV_UNUSED, const vv_oid *commit VV_UNUSED,
			     const char *what VV_UNUSED, vv_error *err VV_UNUSED)
{
	return VV_OK;
}

vv_status vv_tree_roots(vv_cid_set *out, vv_repository *r, const vv_oid *ids, size_t count,
			vv_error *err)
{
	vv_auto(vv_tree_pointers) g = {0};
	vv_status rc = VV_OK;

	vv_tree_pointers_init(&g, r, note_root, out);
	g.unread = skip_unread;
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		git_object *at = NULL, *tree = NULL;

		if (git_object_lookup(&at, r->git, vv_to_git(&ids[i]), GIT_OBJECT_ANY) == 0 &&
		    git_object_peel(&tree, at, GIT_OBJECT_TREE) == 0) {
			rc = vv_tree_pointers_look(&g, git_object_id(tree), &ids[i], err);
		}
		git_object_free(tree);
		git_object_free(at);
	}
	return rc;
}

vv_status vv_blob_pointer(vv_pointer *out, bool *is, vv_blob_look *l, const git_oid *id,
			  const char *path, vv_error *err)
{
	vv_auto(git_odb_object) *object = NULL;
	uint8_t begin[VV_PACK_BEGIN];
	git_object_t type;
	vv_error why;
	vv_status rc = vv_must_be_here(vv_object_header(l->repo, id, &type, &l->size, err), err);

	*is = false;
	/* A file's first bytes cost less than all of it. */
	if (rc < 0 || type != GIT_OBJECT_BLOB || l->size < VV_POINTER_MIN ||
	    l->size > VV_POINTER_MAX ||
	    (vv_pack_heads_begin(l->repo, id, &l->begins, begin) &&
	     !vv_pointer_may_begin(begin, sizeof(begin))) ||
	    (rc = vv_object_read(l->repo, id, GIT_OBJECT_BLOB, VV_POINTER_MAX, &object, err)) < 0) {
		return rc;
	}
	const void *bytes = git_odb_object_data(object);
	const size_t len = git_odb_object_size(object);
	rc = vv_pointer_find(out, &l->arena, bytes, len, &why);
	*is = rc == VV_OK;
	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	if (rc < 0 && rc != VV_ENOTFOUND && path) {
		tell_damaged(l->repo, id, l->commit, path, &why);
	}
	return VV_OK;
}

void vv_blob_look_clear(vv_blob_look *l)
{
	vv_free(l->begins.slots);
	vv_arena_clear(&l->arena);
}

/* --- trees -------------------------------------------------------------------------- */

static vv_status push_level(vv_tree_pointers *g, const git_oid *id, const vv_oid *commit,
			    vv_error *err)
{
	bool added, partial = g->repo->partial;
	vv_status rc = vv_oid_set_add(&g->seen, id, &added, err);

	if (rc < 0 || !added || (rc = vv_tree_stack_push(&g->trees, err)) < 0) return rc;
	g->repo->partial = false;
	rc = vv_tree_stack_read(&g->trees, 0, id, err);
	g->repo->partial = partial;
	return rc < 0 && !vv_tree_stack_top(&g->trees)->tree
		       ? fail_unread(g, id, vv_buf_cstr(&g->trees.path), commit, rc, err)
		       : rc;
}

static vv_status visit_entry(vv_tree_pointers *g, const vv_oid *commit, vv_error *err)
{
	vv_tree_side *l = vv_tree_stack_top(&g->trees);
	vv_tree_cursor at = l->at;
	vv_status rc;

	if ((rc = vv_tree_cursor_next(&l->at, err)) < 0) return rc;
	if (!vv_mode_is_file(at.mode) && !vv_mode_is_tree(at.mode)) {
		return VV_OK; /* a symbolic link or a submodule */
	}
	if (vv_oid_set_has(&g->seen, &at.id)) return VV_OK;
	if ((rc = vv_tree_stack_enter(&g->trees, &at, err)) < 0) return rc;
	if (g->trees.path.len > PATH_BYTES_MAX) {
		return vv_fail(err, VV_EREFUSED, "a path in the tree is longer than %u bytes",
			       PATH_BYTES_MAX);
	}
	if (vv_mode_is_tree(at.mode)) return push_level(g, &at.id, commit, err);
	return vv_tree_pointers_blob(g, &at.id, vv_buf_cstr(&g->trees.path), commit, err);
}

vv_status vv_tree_pointers_look(vv_tree_pointers *g, const git_oid *id, const vv_oid *commit,
				vv_error *err)
{
	const vv_tree_side *l;
	vv_status rc = push_level(g, id, commit, err);

	while (rc == VV_OK && (l = vv_tree_stack_top(&g->trees))) {
		if (l->at.valid) {
			rc = visit_entry(g, commit, err);
		} else {
			vv_tree_stack_pop(&g->trees);
		}
	}
	vv_tree_stack_reset(&g->trees);
	return rc;
}
