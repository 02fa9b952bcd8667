/*
 * objects: walking a commit's tree beside those of its parents.
 *
 * An object at the same path in a parent was passed before or the peer has it, so equal subtrees
 * are never opened, and a differing one is the base of the new one. Each tree and each blob is
 * passed once, a tree after everything below it.
 */
#include "repo/git/objects/objects.h"

#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/objects/object_form.h"
#include "repo/git/tree_internal.h"

#define PATH_BYTES_MAX 16384u
#define DEPTH_MAX 4096u

/* The first side is the commit's tree, the others are those of its parents. */
typedef struct walk {
	const vv_objects_walk *o;
	vv_repository *repo;
	vv_oid_set seen;
	vv_tree_stack trees;
	size_t parents;   /* of the commit at hand */
	git_oid *at_path; /* where each of them leads at the entry at hand; null id: nowhere */
	size_t at_path_cap;
} walk;

/* --- giving --------------------------------------------------------------------------- */

static vv_status give_object(const walk *w, vv_git_type type, git_odb_object *object,
			     const git_oid *base, vv_error *err)
{
	const vv_git_object o = {.id = *vv_from_git(git_odb_object_id(object)),
				 .base = *vv_from_git(base),
				 .type = type,
				 .bytes = git_odb_object_data(object),
				 .len = git_odb_object_size(object)};

	return w->o->fn ? w->o->fn(w->o->payload, &o, err) : VV_OK;
}

static vv_status read_and_give(const walk *w, const git_oid *id, git_object_t type, uint64_t max,
			       const git_oid *base, vv_error *err)
{
	vv_auto(git_odb_object) *object = NULL;
	vv_status rc = vv_object_read(w->repo, id, type, max, &object, err);

	if (rc < 0) return vv_must_be_here(rc, err);
	return give_object(w, (vv_git_type)type, object, base, err);
}

static vv_status give_blob(walk *w, const git_oid *id, const git_oid *base, vv_error *err)
{
	git_object_t type;
	uint64_t size;
	bool added;
	vv_status rc = vv_oid_set_add(&w->seen, id, &added, err);

	if (rc < 0 || !added) return rc;
	if (w->o->fn) {
		rc = read_and_give(w, id, GIT_OBJECT_BLOB, w->o->blob_max, base, err);
		if (rc == VV_EREFUSED) {
			(void)vv_hint_code(err, VV_HINT_AS_FILE, "FILE");
		}
	} else {
		rc = vv_must_be_here(vv_object_header(w->repo, id, &type, &size, err), err);
		if (rc == VV_OK && type != GIT_OBJECT_BLOB) {
			rc = vv_fail(err, VV_ECORRUPT,
				     "a tree has an entry that is marked as a file, but the object "
				     "is not a blob");
		} else if (rc == VV_OK && size > w->o->blob_max) {
			rc = vv_fail(err, VV_EREFUSED,
				     "a Git object of %s; at most %s are accepted",
				     vv_text_bytes(size), vv_text_bytes(w->o->blob_max));
		}
	}
	return rc < 0 && w->trees.path.len > 0
		       ? vv_prefix(err, "%s", vv_text_shows(w->trees.path.data))
		       : rc;
}

/* --- levels --------------------------------------------------------------------------- */

/* Enters a tree; w->at_path has the ids of the sides. */
static vv_status push_tree(walk *w, const git_oid *tree, vv_error *err)
{
	bool added;
	vv_status rc = vv_oid_set_add(&w->seen, tree, &added, err);

	if (rc < 0 || !added) return rc;
	if (w->trees.count / w->trees.width == DEPTH_MAX) {
		return vv_fail(err, VV_EREFUSED, "a tree is more than %u folders deep", DEPTH_MAX);
	}
	if ((rc = vv_tree_stack_push(&w->trees, err)) == VV_OK) {
		rc = vv_must_be_here(vv_tree_stack_read(&w->trees, 0, tree, err), err);
	}
	for (size_t i = 0; rc == VV_OK && i < w->parents; i++) {
		/* theirs may have holes; then more is given than needed */
		rc = git_oid_is_zero(&w->at_path[i])
			     ? VV_OK
			     : vv_may_be_missing(
				       vv_tree_stack_read(&w->trees, i + 1, &w->at_path[i], err),
				       err);
	}
	return rc;
}

/* Fills at_path for the entry; *had: a parent has the very same there. */
static vv_status look_beside(walk *w, vv_tree_side *parents, const vv_tree_cursor *e, bool *had,
			     vv_error *err)
{
	vv_status rc = VV_OK;

	*had = false;
	for (size_t i = 0; i < w->parents; i++) {
		vv_tree_side *s = &parents[i];
		int c = 1;

		memset(&w->at_path[i], 0, sizeof(git_oid));
		while (rc == VV_OK && s->at.valid && (c = vv_tree_cursor_compare(&s->at, e)) < 0) {
			rc = vv_tree_cursor_next(&s->at, err);
		}
		if (rc < 0) return rc;
		if (s->at.valid && c == 0 && (s->at.mode & 0170000) != 0160000) {
			w->at_path[i] = s->at.id;
			*had = *had || git_oid_equal(&s->at.id, &e->id);
		}
	}
	return VV_OK;
}

static void first_of(const walk *w, git_oid *base)
{
	memset(base, 0, sizeof(*base));
	for (size_t i = 0; i < w->parents && git_oid_is_zero(base); i++) {
		*base = w->at_path[i];
	}
}

static vv_status visit_entry(walk *w, vv_error *err)
{
	vv_tree_side *l = vv_tree_stack_top(&w->trees);
	vv_tree_cursor e = l->at;
	const char *fault;
	git_oid base;
	bool had;
	vv_status rc;

	if (!w->o->fn && (fault = vv_git_entry_fault(&e))) { /* a pack's were not looked at */
		return vv_fail(err, VV_ECORRUPT, "the tree %s %s",
			       vv_git_shows(git_odb_object_id(l->tree)), fault);
	}
	if ((rc = vv_tree_cursor_next(&l->at, err)) < 0 || (e.mode & 0170000) == 0160000 ||
	    (rc = look_beside(w, l + 1, &e, &had, err)) < 0 || had ||
	    (rc = vv_tree_stack_enter(&w->trees, &e, err)) < 0) {
		return rc;
	}
	if (w->trees.path.len > PATH_BYTES_MAX) {
		return vv_fail(err, VV_EREFUSED, "a path in the tree is longer than %u bytes",
			       PATH_BYTES_MAX);
	}
	if (vv_mode_is_tree(e.mode)) return push_tree(w, &e.id, err);
	first_of(w, &base);
	return give_blob(w, &e.id, &base, err);
}

/* A tree whose entries were all visited. */
static vv_status give_tree(const walk *w, const vv_tree_side *sides, vv_error *err)
{
	git_oid base = {0};

	for (size_t i = w->parents; i > 0; i--) { /* the first parent that has it */
		base = sides[i].tree ? *git_odb_object_id(sides[i].tree) : base;
	}
	return give_object(w, VV_GIT_TREE, sides->tree, &base, err);
}

static vv_status walk_tree(walk *w, const git_oid *tree, vv_error *err)
{
	const vv_tree_side *sides;

	if (vv_array_find(w->at_path, w->parents, it, git_oid_equal(it, tree))) return VV_OK;
	w->trees.width = 1 + w->parents;
	vv_status rc = push_tree(w, tree, err);
	while (rc == VV_OK && (sides = vv_tree_stack_top(&w->trees))) {
		if (sides->at.valid) {
			rc = visit_entry(w, err);
		} else {
			rc = give_tree(w, sides, err);
			vv_tree_stack_pop(&w->trees);
		}
	}
	vv_tree_stack_reset(&w->trees);
	return rc;
}

/* --- commits, tags -------------------------------------------------------------------- */

static vv_status set_parents(walk *w, vv_object_range *g, const vv_node *n, vv_error *err)
{
	vv_status rc = VV_OK;

	if (!vv_array_room_for(w->at_path, (size_t)0, w->at_path_cap, n->parent_count)) {
		return vv_fail_nomem(err);
	}
	w->parents = n->parent_count;
	for (uint32_t i = 0; rc == VV_OK && i < n->parent_count; i++) {
		rc = vv_node_parse(g->walker, n->parents[i], err);
		w->at_path[i] = n->parents[i]->tree;
		if (rc == VV_ENOTFOUND && vv_object_range_is_had(g, n->parents[i])) {
			memset(&w->at_path[i], 0, sizeof(git_oid));
			rc = vv_missing_ok(rc, err);
		}
	}
	return rc;
}

static vv_status walk_commit(walk *w, vv_object_range *g, const vv_node *n, vv_error *err)
{
	static const git_oid none;
	vv_status rc;

	if ((rc = set_parents(w, g, n, err)) < 0 || (rc = walk_tree(w, &n->tree, err)) < 0 ||
	    !w->o->fn) {
		return rc;
	}
	return read_and_give(w, &n->id, GIT_OBJECT_COMMIT, VV_COMMIT_BYTES_MAX,
			     n->parent_count > 0 ? &n->parents[0]->id : &none, err);
}

static vv_status walk_rest(walk *w, const git_oid *id, vv_error *err)
{
	static const git_oid none;
	git_object_t type;
	uint64_t size;
	vv_status rc = vv_object_header(w->repo, id, &type, &size, err);

	w->parents = 0;
	if (rc < 0) return vv_must_be_here(rc, err);
	return type == GIT_OBJECT_TREE ? walk_tree(w, id, err) : give_blob(w, id, &none, err);
}

vv_status vv_objects_walk_range(const vv_objects_walk *o, vv_object_range *g, vv_error *err)
{
	static const git_oid none;
	walk w = {.o = o, .repo = o->repo, .trees = {.repo = o->repo, .width = 1}};
	vv_status rc = VV_OK;

	for (size_t i = 0; i < g->commits.count; i++) {
		if ((rc = walk_commit(&w, g, g->commits.items[i], err)) < 0) {
			break;
		}
	}
	for (size_t i = 0; rc == VV_OK && i < g->rest_count; i++) {
		rc = walk_rest(&w, &g->rest[i], err);
	}
	for (size_t i = 0; rc == VV_OK && o->fn && i < g->tag_count; i++) {
		rc = read_and_give(&w, &g->tags[i], GIT_OBJECT_TAG, VV_TAG_BYTES_MAX, &none, err);
	}
	vv_oid_set_clear(&w.seen);
	vv_tree_stack_clear(&w.trees);
	vv_free(w.at_path);
	return rc;
}
