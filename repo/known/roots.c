/*
 * roots: from every name in the Git folders down to the pointers that hang from it.
 */
#include "repo/known/roots.h"

#include <git2/sys/index.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/reach.h"
#include "repo/git/history/tips.h"
#include "repo/git/index/index_internal.h"
#include "repo/git/objects/tree_pointers.h"
#include "repo/git/walker.h"
#include "repo/known/published.h"

enum { QUEUED = 1 };

typedef struct gather {
	vv_repository *repo;
	vv_root_fn fn;
	vv_unread_fn unread;
	void *payload;
	vv_walker *walker;
	vv_queue queue;
	vv_tree_pointers trees;
	vv_cid_set roots;
	git_oid *soft; /* tips of reflogs and states, for the second round */
	size_t soft_count, soft_cap;
	bool settled; /* without refs of a running fetch */
	bool named;   /* only the trees of tips, and of the parents of stashes */
	const vv_oid *also;
	size_t also_count;
} gather;

static vv_status on_pointer(void *payload, const vv_pointer *p, const char *path,
			    const vv_oid *commit, const char *what, vv_error *err)
{
	gather *g = payload;
	bool added;

	if (!p || what) return g->fn(g->payload, p ? &p->root : NULL, path, commit, what, err);
	vv_status rc = vv_cid_set_add(&g->roots, &p->root, &added, err);
	return rc < 0 || !added ? rc : g->fn(g->payload, &p->root, path, commit, NULL, err);
}

/* --- commits and tags ------------------------------------------------------------------ */

/* Clears the error for optional objects. */
static vv_status soft_ok(const gather *g, vv_status rc, vv_error *err)
{
	return g->trees.hard ? rc : vv_missing_ok(rc, err);
}

/* A commit or tag could not be read. VV_OK: the walk continues. */
static vv_status pass_unread(gather *g, const git_oid *id, vv_status rc, vv_error *err)
{
	vv_error why = *err;

	rc = soft_ok(g, rc, err);
	if (rc == VV_OK || rc == VV_ENOMEM || !g->unread) return rc;
	return g->unread(g->payload, vv_git_shows(id), NULL, NULL, why.message, err);
}

static vv_status queue_commit(gather *g, vv_node *n, vv_error *err)
{
	uint32_t *flags = vv_node_flags(g->walker, n);
	vv_status rc;

	if (*flags & QUEUED) return VV_OK;
	*flags |= QUEUED;
	if ((rc = vv_node_parse(g->walker, n, err)) < 0) return pass_unread(g, &n->id, rc, err);
	return vv_queue_push(&g->queue, n, err);
}

static vv_status drain_queue(gather *g, vv_error *err)
{
	vv_status rc;
	vv_node *n;

	while ((n = vv_queue_pop(&g->queue))) {
		if ((rc = vv_tree_pointers_look(&g->trees, &n->tree, vv_from_git(&n->id), err)) <
		    0) {
			return rc;
		}
		for (uint32_t i = 0; i < n->parent_count && !g->named; i++) {
			if ((rc = queue_commit(g, n->parents[i], err)) < 0) return rc;
		}
	}
	return VV_OK;
}

/* The object that a tag leads to; its type is that of a tag where all of it was seen already. */
static vv_status peel_tag(gather *g, git_oid *id, git_object_t *type, vv_error *err)
{
	uint64_t size;
	bool added;
	vv_status rc;

	while ((rc = vv_object_header(g->repo, id, type, &size, err)) == VV_OK &&
	       *type == GIT_OBJECT_TAG) {
		if ((rc = vv_oid_set_add(&g->trees.seen, id, &added, err)) < 0 || !added ||
		    (rc = vv_tag_target(g->repo, id, id, err)) < 0) {
			return rc;
		}
	}
	return rc;
}

/* Adds a named object: queues a commit; examines a tree or blob. */
static vv_status take_up(gather *g, const git_oid *tip, const char *where, vv_error *err)
{
	git_object_t type = GIT_OBJECT_TAG;
	git_oid id = *tip;
	vv_status rc = peel_tag(g, &id, &type, err);

	if (rc == VV_ENOTFOUND && g->trees.hard) {
		(void)vv_prefix(err, "%s", vv_text_shows(where));
		rc = vv_recode(err, VV_EMISSING);
	}
	if (rc < 0) return pass_unread(g, &id, rc, err);
	if (type == GIT_OBJECT_TAG) return VV_OK;
	if (type == GIT_OBJECT_TREE) return vv_tree_pointers_look(&g->trees, &id, NULL, err);
	if (type == GIT_OBJECT_BLOB) return vv_tree_pointers_blob(&g->trees, &id, "", NULL, err);
	vv_node *n = vv_walker_node(g->walker, &id);
	return n ? queue_commit(g, n, err) : vv_fail_nomem(err);
}

static vv_status add_soft(gather *g, const git_oid *id, vv_error *err)
{
	return vv_array_add(g->soft, g->soft_count, g->soft_cap, *id) ? VV_OK : vv_fail_nomem(err);
}

/* The parents of a stash: the commit on which it was made, its index, its untracked files. */
static vv_status add_stash(gather *g, const git_oid *tip, vv_error *err)
{
	vv_node *n = vv_walker_node(g->walker, tip);
	vv_status rc;

	if (!n) return vv_fail_nomem(err);
	if ((rc = vv_node_parse(g->walker, n, err)) < 0) return vv_missing_ok(rc, err);
	for (uint32_t i = 0; i < n->parent_count; i++) {
		if ((rc = add_soft(g, &n->parents[i]->id, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status open_index(vv_index **out, const gather *g, const char *file, vv_error *err)
{
	char *own = g->repo->index_file;

	if (!file) return vv_fail_nomem(err);
	g->repo->index_file = (char *)(uintptr_t)file; /* lent while it is opened */
	vv_status rc = vv_index_open(out, g->repo, err);
	g->repo->index_file = own;
	return rc;
}

/* Is it a record of conflicts (repo/git/merge/conflict_state.h) of a merge that git has undone? Such records are not
 * valid. */
static bool is_of_undone_merge(gather *g, const char *where)
{
	const char *end = strstr(where, "/varve/conflicts/");
	vv_auto(char) *gitdir = end ? vv_strndup(where, (size_t)(end - where)) : NULL;
	vv_auto(char) *file = gitdir ? vv_path_join(gitdir, "index", NULL) : NULL;
	vv_auto(vv_index) *x = NULL;

	return file && open_index(&x, g, file, VV_IGNORED) == VV_OK && !vv_index_has_conflicts(x);
}

static vv_status on_tip(void *payload, const git_oid *id, vv_tip_kind kind, const char *where,
			vv_error *err)
{
	gather *g = payload;
	vv_status rc;

	if (g->named && kind == VV_TIP_STATE && is_of_undone_merge(g, where)) return VV_OK;
	if (g->settled && strstr(where, "refs/varve/fetched/")) return VV_OK;
	if (kind == VV_TIP_REF) return take_up(g, id, where, err);
	if (g->named && kind == VV_TIP_LOG) {
		if (!vv_path_ends(where, "/logs/refs/stash")) return VV_OK;
		if ((rc = add_stash(g, id, err)) < 0) return rc;
	}
	return add_soft(g, id, err);
}

/* Reflogs name one commit after the other; most are seen by now. */
static vv_status take_soft(gather *g, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < g->soft_count; i++) {
		vv_node *n = vv_walker_node(g->walker, &g->soft[i]);

		if (!n) return vv_fail_nomem(err);
		if (!(*vv_node_flags(g->walker, n) & QUEUED) &&
		    (rc = take_up(g, &g->soft[i], "", err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* --- indexes ----------------------------------------------------------------------------- */

static vv_status look_at_entries(gather *g, git_index *git, vv_error *err)
{
	size_t count = git_index_entrycount(git), undo = git_index_reuc_entrycount(git);
	bool hard = g->trees.hard;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const git_index_entry *e = git_index_get_byindex(git, i);

		if (vv_mode_is_file(e->mode) && !git_oid_is_zero(&e->id)) {
			rc = vv_tree_pointers_blob(&g->trees, &e->id, e->path, NULL, err);
		}
	}
	g->trees.hard = false; /* git lets what resolve-undo names go */
	for (size_t i = 0; rc == VV_OK && i < undo; i++) {
		const git_index_reuc_entry *e = git_index_reuc_get_byindex(git, i);

		for (size_t k = 0; rc == VV_OK && k < 3; k++) {
			if (vv_mode_is_file(e->mode[k])) {
				rc = vv_tree_pointers_blob(&g->trees, &e->oid[k], e->path, NULL,
							   err);
			}
		}
	}
	g->trees.hard = hard;
	return rc;
}

static vv_status look_at_index(gather *g, const char *file, vv_error *err)
{
	vv_auto(vv_index) *x = NULL;
	const vv_status rc = open_index(&x, g, file, err);

	return rc < 0 ? rc : look_at_entries(g, x->git, err);
}

static vv_status look_at_indexes(gather *g, vv_error *err)
{
	vv_auto(vv_string_list) gitdirs = {0};
	vv_status rc;

	if ((rc = look_at_index(g, g->repo->index_file, err)) < 0 ||
	    (rc = vv_worktree_gitdirs(g->repo, &gitdirs, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < gitdirs.count; i++) {
		vv_auto(char) *file = vv_path_join(gitdirs.items[i], "index", NULL);

		if ((rc = look_at_index(g, file, err)) < 0) return rc;
	}
	return VV_OK;
}

/* --- published versions --------------------------------------------------------------------- */

static vv_status give_published(gather *g, const vv_cid *version, vv_error *err)
{
	vv_auto(vv_published) p = {0};
	bool added;
	vv_status rc = vv_cid_set_add(&g->roots, version, &added, err);

	if (rc < 0 || !added) return rc;
	rc = vv_published_find(&p, vv_repository_varvedir(g->repo), version, err);
	/* not found: withdrawn just now; damaged: its name is the version */
	if (rc < 0 && rc != VV_ECORRUPT) return vv_missing_ok(rc, err);
	return g->fn(g->payload, version, rc == VV_OK ? p.path : "", NULL, NULL, err);
}

static vv_status look_at_published(gather *g, vv_error *err)
{
	vv_auto_free vv_cid *versions = NULL;
	size_t count = 0;
	vv_status rc = vv_published_list(&versions, &count, vv_repository_varvedir(g->repo), err);

	if (rc < 0) return rc;
	vv_array_each(versions, count, version) {
		if ((rc = give_published(g, version, err)) < 0) return rc;
	}
	return VV_OK;
}

/* --- the whole ------------------------------------------------------------------------------ */

static vv_status gather_in_use(gather *g, vv_error *err)
{
	vv_status rc = look_at_indexes(g, err);

	return rc < 0 ? rc : look_at_published(g, err);
}

static vv_status gather_all(gather *g, vv_error *err)
{
	vv_status rc;

	g->trees.hard = true;
	if ((rc = vv_tips_each(g->repo, on_tip, g, err)) < 0 || (rc = drain_queue(g, err)) < 0 ||
	    (rc = gather_in_use(g, err)) < 0) {
		return rc;
	}
	g->trees.hard = false;
	rc = take_soft(g, err);
	return rc < 0 ? rc : drain_queue(g, err);
}

static vv_status gather_named(gather *g, vv_error *err)
{
	git_oid stash;
	vv_status rc = VV_OK;

	if (g->repo->partial) {
		return vv_fail(err, VV_EREFUSED,
			       "this clone is partial, so it does not have all files of its refs");
	}
	/* Its log may be missing. */
	if (git_reference_name_to_id(&stash, g->repo->git, "refs/stash") == 0) {
		rc = add_stash(g, &stash, err);
	}
	for (size_t i = 0; rc == VV_OK && i < g->also_count; i++) {
		rc = add_soft(g, vv_to_git(&g->also[i]), err);
	}
	return rc < 0 ? rc : gather_all(g, err);
}

static void gather_clear(gather *g)
{
	vv_free(g->soft);
	vv_cid_set_reset(&g->roots);
	vv_tree_pointers_clear(&g->trees);
	vv_queue_clear(&g->queue);
	vv_walker_free(g->walker);
}

VV_AUTO_CLEAR(gather, gather_clear)

static vv_status on_unread(void *payload, const char *id, const char *path, const vv_oid *commit,
			   const char *what, vv_error *err)
{
	gather *g = payload;

	return g->unread(g->payload, id, path, commit, what, err);
}

static vv_status gather_by(const gather *how, vv_status (*what)(gather *g, vv_error *err),
			   vv_error *err)
{
	vv_auto(gather) g = *how;

	g.walker = vv_walker_new(g.repo);
	vv_tree_pointers_init(&g.trees, g.repo, on_pointer, &g);
	g.trees.meant = true;
	g.trees.unread = g.unread ? on_unread : NULL;
	if (!g.walker) return vv_fail_nomem(err);
	vv_walker_begin(g.walker);
	return what(&g, err);
}

vv_status vv_roots_each(vv_repository *r, vv_root_fn fn, void *payload, vv_error *err)
{
	return gather_by(&(gather){.repo = r, .fn = fn, .payload = payload}, gather_all, err);
}

vv_status vv_roots_settled_each(vv_repository *r, vv_root_fn fn, vv_unread_fn unread, void *payload,
				vv_error *err)
{
	const gather how = {
		.repo = r, .fn = fn, .unread = unread, .payload = payload, .settled = true};

	return gather_by(&how, gather_all, err);
}

vv_status vv_roots_in_use_each(vv_repository *r, vv_root_fn fn, void *payload, vv_error *err)
{
	return gather_by(&(gather){.repo = r, .fn = fn, .payload = payload}, gather_in_use, err);
}

vv_status vv_roots_named_each(vv_repository *r, const vv_oid *also, size_t count, vv_root_fn fn,
			      void *payload, vv_error *err)
{
	const gather how = {.repo = r,
			    .fn = fn,
			    .payload = payload,
			    .named = true,
			    .also = also,
			    .also_count = count};

	return gather_by(&how, gather_named, err);
}
