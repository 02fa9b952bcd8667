/*
 * roots: from every name in the Git folders down to the pointers that hang from it.
 *
 * Each tree and each blob is opened once, whatever number of commits share it, so
 * the cost follows the changes between commits.
 */
#include "repo/gc/roots.h"

#include <git2/sys/index.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/reach.h"
#include "repo/git/history/tips.h"
#include "repo/git/index/index_internal.h"
#include "repo/git/oid_set.h"
#include "repo/git/pointer.h"
#include "repo/git/tree_internal.h"
#include "repo/git/walker.h"

#define POINTER_BYTES_MIN 64u
#define PATH_BYTES_MAX 16384u

enum { QUEUED = 1 };

typedef struct level {
	git_odb_object *tree;
	vv_tree_cursor at;
	size_t path_len;
} level;

typedef struct gather {
	vv_repository *repo;
	vv_root_fn fn;
	void *payload;
	vv_walker *walker;
	vv_queue queue;
	vv_oid_set seen; /* trees and blobs that were opened */
	vv_cid_set *roots;
	vv_arena arena; /* of one pointer */
	level *levels;
	size_t depth, cap;
	vv_buf path;
	bool hard;     /* must what is named exist? */
	git_oid *soft; /* tips of reflogs and states, for the second round */
	size_t soft_count, soft_cap;
} gather;

/* May this object be missing without harm? What is named by a ref must be here; in
 * a partial clone whatever is not here was never used here. */
static bool may_lack(const gather *g, vv_status rc)
{
	return rc == VV_ENOTFOUND && (!g->hard || g->repo->partial);
}

/* --- blobs ------------------------------------------------------------------------ */

static vv_status report(gather *g, const vv_pointer *p, const char *path, const vv_oid *commit,
			vv_error *err)
{
	bool added;
	vv_status rc = vv_cid_set_add(g->roots, &p->root, &added, err);

	return rc < 0 || !added ? rc : g->fn(g->payload, &p->root, path, commit, NULL, err);
}

static vv_status read_pointer(gather *g, git_odb_object *object, const char *path,
			      const vv_oid *commit, vv_error *err)
{
	const void *bytes = git_odb_object_data(object);
	size_t len = git_odb_object_size(object);
	vv_pointer pointer;
	vv_error why;
	vv_status rc;

	if (!vv_pointer_looks_like(bytes, len)) {
		return VV_OK;
	}
	vv_error_clear(&why);
	vv_arena_reset(&g->arena);
	rc = vv_pointer_read(&pointer, &g->arena, bytes, len, &why);
	if (rc == VV_OK) {
		return report(g, &pointer, path, commit, err);
	}
	if (rc == VV_ENOMEM) {
		return vv_fail_nomem(err);
	}
	return g->fn(g->payload, NULL, path, commit, why.message, err);
}

/* Looks at a blob, once. */
static vv_status look_at_blob(gather *g, const git_oid *id, const char *path, const vv_oid *commit,
			      vv_error *err)
{
	git_odb_object *object = NULL;
	git_object_t type;
	uint64_t size;
	bool added, partial = g->repo->partial;
	vv_status rc = vv_oid_set_add(&g->seen, id, &added, err);

	if (rc < 0 || !added) {
		return rc;
	}
	g->repo->partial = false; /* nothing is fetched for this */
	rc = vv_object_header(g->repo, id, &type, &size, err);
	if (rc == VV_OK && type == GIT_OBJECT_BLOB && size >= POINTER_BYTES_MIN &&
	    size <= VV_POINTER_MAX) {
		rc = vv_object_read(g->repo, id, GIT_OBJECT_BLOB, VV_POINTER_MAX, &object, err);
	}
	g->repo->partial = partial;
	if (may_lack(g, rc)) {
		vv_error_clear(err);
		return VV_OK;
	}
	if (rc < 0) {
		return vv_prefix(err, "%s", vv_text_shows(path));
	}
	if (object) {
		rc = read_pointer(g, object, path, commit, err);
	}
	git_odb_object_free(object);
	return rc;
}

/* --- trees -------------------------------------------------------------------------- */

static void pop_level(gather *g)
{
	git_odb_object_free(g->levels[--g->depth].tree);
}

static vv_status push_level(gather *g, const git_oid *id, vv_error *err)
{
	level *l;
	bool added, partial = g->repo->partial;
	git_oid own = *id; /* id may lie in the levels, which may move */
	vv_status rc = vv_oid_set_add(&g->seen, &own, &added, err);

	if (rc < 0 || !added) {
		return rc;
	}
	if (!vv_array_room(g->levels, g->depth, g->cap)) {
		return vv_fail_nomem(err);
	}
	l = &g->levels[g->depth];
	l->path_len = g->path.len;
	g->repo->partial = false;
	rc = vv_object_read(g->repo, &own, GIT_OBJECT_TREE, VV_TREE_BYTES_MAX, &l->tree, err);
	g->repo->partial = partial;
	if (may_lack(g, rc)) {
		vv_error_clear(err);
		return VV_OK;
	}
	if (rc < 0) {
		return rc;
	}
	g->depth++;
	return vv_tree_cursor_init(&l->at, l->tree, err);
}

static vv_status visit_entry(gather *g, const vv_oid *commit, vv_error *err)
{
	level *l = &g->levels[g->depth - 1];
	vv_tree_cursor at = l->at;
	vv_status rc;

	g->path.len = l->path_len;
	if ((rc = vv_tree_cursor_next(&l->at, err)) < 0) {
		return rc;
	}
	if ((at.mode & 0170000) != 0100000 && !vv_mode_is_tree(at.mode)) {
		return VV_OK; /* a symbolic link or a submodule */
	}
	if (vv_oid_set_has(&g->seen, &at.id)) {
		return VV_OK;
	}
	vv_buf_put(&g->path, at.name, at.name_len);
	if (vv_mode_is_tree(at.mode)) {
		vv_buf_putc(&g->path, '/');
	}
	if ((rc = vv_buf_ok(&g->path, err)) < 0) {
		return rc;
	}
	if (g->path.len > PATH_BYTES_MAX) {
		return vv_fail(err, VV_EREFUSED, "a path in the tree has over %u bytes",
			       PATH_BYTES_MAX);
	}
	if (vv_mode_is_tree(at.mode)) {
		return push_level(g, &at.id, err);
	}
	return look_at_blob(g, &at.id, vv_buf_cstr(&g->path), commit, err);
}

static vv_status look_at_tree(gather *g, const git_oid *id, const vv_oid *commit, vv_error *err)
{
	vv_status rc;

	vv_buf_reset(&g->path);
	rc = push_level(g, id, err);
	while (rc == VV_OK && g->depth > 0) {
		if (!g->levels[g->depth - 1].at.valid) {
			pop_level(g);
		} else {
			rc = visit_entry(g, commit, err);
		}
	}
	while (g->depth > 0) {
		pop_level(g);
	}
	return rc;
}

/* --- commits and tags ------------------------------------------------------------------ */

static vv_status queue_commit(gather *g, vv_node *n, vv_error *err)
{
	uint32_t *flags = vv_node_flags(g->walker, n);
	vv_status rc;

	if (*flags & QUEUED) {
		return VV_OK;
	}
	*flags |= QUEUED;
	rc = vv_node_parse(g->walker, n, err);
	if (rc == VV_ENOTFOUND && !g->hard) {
		vv_error_clear(err);
		return VV_OK;
	}
	return rc < 0 ? rc : vv_queue_push(&g->queue, n, err);
}

static vv_status drain(gather *g, vv_error *err)
{
	vv_status rc = VV_OK;
	vv_node *n;
	uint32_t i;

	while (rc == VV_OK && (n = vv_queue_pop(&g->queue))) {
		vv_oid id;

		vv_oid_from_git(&id, &n->id);
		rc = look_at_tree(g, &n->tree, &id, err);
		for (i = 0; rc == VV_OK && i < n->parent_count; i++) {
			rc = queue_commit(g, n->parents[i], err);
		}
	}
	return rc;
}

/* Takes a named object up: commits are queued, trees and blobs looked at. */
static vv_status take_up(gather *g, const git_oid *tip, const char *where, vv_error *err)
{
	git_object_t type = GIT_OBJECT_TAG;
	git_oid id = *tip;
	uint64_t size;
	bool added = true;
	vv_node *n;
	vv_status rc = VV_OK;

	while (rc == VV_OK && added) {
		if ((rc = vv_object_header(g->repo, &id, &type, &size, err)) < 0 ||
		    type != GIT_OBJECT_TAG) {
			break;
		}
		if ((rc = vv_oid_set_add(&g->seen, &id, &added, err)) == VV_OK && added) {
			rc = vv_tag_target(g->repo, &id, &id, err);
		}
	}
	if (rc == VV_ENOTFOUND && !g->hard) {
		vv_error_clear(err);
		return VV_OK;
	}
	if (rc == VV_ENOTFOUND) {
		(void)vv_prefix(err, "%s", vv_text_shows(where));
		if (err) {
			err->code = VV_EMISSING;
		}
		return VV_EMISSING;
	}
	if (rc < 0 || type == GIT_OBJECT_TAG) {
		return rc;
	}
	if (type == GIT_OBJECT_TREE) {
		return look_at_tree(g, &id, NULL, err);
	}
	if (type == GIT_OBJECT_BLOB) {
		return look_at_blob(g, &id, "", NULL, err);
	}
	if (!(n = vv_walker_node(g->walker, &id))) {
		return vv_fail_nomem(err);
	}
	return queue_commit(g, n, err);
}

static vv_status on_tip(void *payload, const git_oid *id, bool hard, const char *where,
			vv_error *err)
{
	gather *g = payload;

	if (hard) {
		return take_up(g, id, where, err);
	}
	if (!vv_array_room(g->soft, g->soft_count, g->soft_cap)) {
		return vv_fail_nomem(err);
	}
	g->soft[g->soft_count++] = *id;
	return VV_OK;
}

/* Reflogs name one commit after the other; most are seen by now. */
static vv_status take_soft(gather *g, vv_error *err)
{
	vv_status rc = VV_OK;
	size_t i;

	for (i = 0; rc == VV_OK && i < g->soft_count; i++) {
		vv_node *n = vv_walker_node(g->walker, &g->soft[i]);

		if (!n) {
			rc = vv_fail_nomem(err);
		} else if (!(*vv_node_flags(g->walker, n) & QUEUED)) {
			rc = take_up(g, &g->soft[i], "", err);
		}
	}
	return rc;
}

/* --- indexes ----------------------------------------------------------------------------- */

static vv_status look_at_entries(gather *g, git_index *git, vv_error *err)
{
	size_t i, k, count = git_index_entrycount(git), undo = git_index_reuc_entrycount(git);
	bool hard = g->hard;
	vv_status rc = VV_OK;

	for (i = 0; rc == VV_OK && i < count; i++) {
		const git_index_entry *e = git_index_get_byindex(git, i);

		if ((e->mode & 0170000) == 0100000 && !git_oid_is_zero(&e->id)) {
			rc = look_at_blob(g, &e->id, e->path, NULL, err);
		}
	}
	g->hard = false; /* git lets what resolve-undo names go */
	for (i = 0; rc == VV_OK && i < undo; i++) {
		const git_index_reuc_entry *e = git_index_reuc_get_byindex(git, i);

		for (k = 0; rc == VV_OK && k < 3; k++) {
			if ((e->mode[k] & 0170000) == 0100000) {
				rc = look_at_blob(g, &e->oid[k], e->path, NULL, err);
			}
		}
	}
	g->hard = hard;
	return rc;
}

static vv_status look_at_index(gather *g, const char *file, vv_error *err)
{
	vv_index *x = NULL;
	char *own = g->repo->index_file;
	vv_status rc;

	g->repo->index_file = (char *)(uintptr_t)file; /* lent while it is opened */
	rc = vv_index_open(&x, g->repo, err);
	g->repo->index_file = own;
	if (rc == VV_OK) {
		rc = look_at_entries(g, x->git, err);
	}
	vv_index_close(x);
	return rc;
}

static vv_status look_at_indexes(gather *g, vv_error *err)
{
	char **gitdirs = NULL;
	size_t count = 0, i;
	vv_status rc = look_at_index(g, g->repo->index_file, err);

	if (rc == VV_OK) {
		rc = vv_worktree_gitdirs(g->repo, &gitdirs, &count, err);
	}
	for (i = 0; rc == VV_OK && i < count; i++) {
		char *file = vv_path_join(gitdirs[i], "index", NULL);

		rc = file ? look_at_index(g, file, err) : vv_fail_nomem(err);
		vv_free(file);
	}
	vv_names_free(gitdirs, count);
	return rc;
}

/* --- the whole ------------------------------------------------------------------------------ */

static vv_status gather_all(gather *g, vv_error *err)
{
	vv_status rc;

	g->hard = true;
	if ((rc = vv_tips_each(g->repo, on_tip, g, err)) < 0 || (rc = drain(g, err)) < 0 ||
	    (rc = look_at_indexes(g, err)) < 0) {
		return rc;
	}
	g->hard = false;
	if ((rc = take_soft(g, err)) < 0) {
		return rc;
	}
	return drain(g, err);
}

vv_status vv_roots_each(vv_repository *r, vv_root_fn fn, void *payload, vv_error *err)
{
	gather g;
	vv_status rc;

	memset(&g, 0, sizeof(g));
	g.repo = r;
	g.fn = fn;
	g.payload = payload;
	vv_arena_init(&g.arena);
	vv_buf_init(&g.path);
	g.walker = vv_walker_new(r);
	g.roots = vv_cid_set_new();
	if (!g.walker || !g.roots) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	vv_walker_begin(g.walker);
	if ((rc = vv_oid_set_init(&g.seen, err)) == VV_OK) {
		rc = gather_all(&g, err);
	}
done:
	vv_free(g.soft);
	vv_free(g.levels);
	vv_buf_clear(&g.path);
	vv_arena_clear(&g.arena);
	vv_cid_set_free(g.roots);
	vv_oid_set_clear(&g.seen);
	vv_queue_clear(&g.queue);
	vv_walker_free(g.walker);
	return rc;
}
