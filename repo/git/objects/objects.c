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

/* A parent's tree at the same path; tree NULL: there is none. */
typedef struct side {
	git_odb_object *tree;
	vv_tree_cursor at;
} side;

/* The sides of a level are in the walk's list, one for each parent. */
typedef struct level {
	git_odb_object *tree;
	vv_tree_cursor at;
	size_t sides; /* where they begin */
	size_t path_len;
	git_oid base;
} level;

typedef struct walk {
	const vv_objects_walk *o;
	vv_repository *repo;
	vv_oid_set seen;
	level *levels;
	size_t depth, cap;
	side *sides;
	size_t side_count, side_cap;
	size_t parents;   /* of the commit at hand */
	git_oid *at_path; /* where each of them leads at the entry at hand; null id: nowhere */
	size_t at_path_cap;
	vv_buf path;
} walk;

/* --- giving --------------------------------------------------------------------------- */

static vv_status give(const walk *w, vv_git_type type, git_odb_object *object, const git_oid *base,
		      vv_error *err)
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
	return give(w, (vv_git_type)type, object, base, err);
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
	return rc < 0 && w->path.len > 0 ? vv_prefix(err, "%s", vv_text_shows(w->path.data)) : rc;
}

/* --- levels --------------------------------------------------------------------------- */

static vv_status add_side(walk *w, const git_oid *id, vv_error *err)
{
	if (!vv_array_room(w->sides, w->side_count, w->side_cap)) return vv_fail_nomem(err);
	side *s = &w->sides[w->side_count++];
	memset(s, 0, sizeof(*s));
	if (git_oid_is_zero(id)) return VV_OK;
	vv_status rc = vv_object_read(w->repo, id, GIT_OBJECT_TREE, VV_TREE_BYTES_MAX, &s->tree,
				      err);
	if (rc == VV_ENOTFOUND) { /* theirs may have holes; then more is given than needed */
		vv_error_clear(err);
		return VV_OK;
	}
	return rc < 0 ? rc : vv_tree_cursor_init(&s->at, s->tree, err);
}

/* Enters a tree; w->at_path has the ids of the sides. */
static vv_status push(walk *w, const git_oid *tree, const git_oid *base, vv_error *err)
{
	git_oid id = *tree; /* the levels may move */
	bool added;
	vv_status rc = vv_oid_set_add(&w->seen, &id, &added, err);

	if (rc < 0 || !added) return rc;
	if (w->depth == DEPTH_MAX) {
		return vv_fail(err, VV_EREFUSED, "a tree is more than %u folders deep", DEPTH_MAX);
	}
	if (!vv_array_room(w->levels, w->depth, w->cap)) return vv_fail_nomem(err);
	level *l = &w->levels[w->depth];
	*l = (level){.sides = w->side_count, .path_len = w->path.len, .base = *base};
	rc = vv_object_read(w->repo, &id, GIT_OBJECT_TREE, VV_TREE_BYTES_MAX, &l->tree, err);
	if (rc < 0) return vv_must_be_here(rc, err);
	w->depth++;
	rc = vv_tree_cursor_init(&l->at, l->tree, err);
	for (size_t i = 0; rc == VV_OK && i < w->parents; i++) {
		rc = add_side(w, &w->at_path[i], err);
	}
	return rc;
}

static void pop(walk *w)
{
	level *l = &w->levels[--w->depth];

	while (w->side_count > l->sides) {
		git_odb_object_free(w->sides[--w->side_count].tree);
	}
	git_odb_object_free(l->tree);
}

/* Fills at_path for the entry; *had: a parent has the very same there. */
static vv_status look_beside(walk *w, const level *l, const vv_tree_cursor *e, bool *had,
			     vv_error *err)
{
	vv_status rc = VV_OK;

	*had = false;
	for (size_t i = 0; i < w->parents; i++) {
		side *s = &w->sides[l->sides + i];
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
	level *l = &w->levels[w->depth - 1];
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
	    (rc = look_beside(w, l, &e, &had, err)) < 0 || had) {
		return rc;
	}
	first_of(w, &base);
	w->path.len = l->path_len;
	vv_buf_put(&w->path, e.name, e.name_len);
	if (vv_mode_is_tree(e.mode)) {
		vv_buf_putc(&w->path, '/');
	}
	if ((rc = vv_buf_ok(&w->path, err)) < 0) return rc;
	if (w->path.len > PATH_BYTES_MAX) {
		return vv_fail(err, VV_EREFUSED, "a path in the tree is longer than %u bytes",
			       PATH_BYTES_MAX);
	}
	return vv_mode_is_tree(e.mode) ? push(w, &e.id, &base, err)
				       : give_blob(w, &e.id, &base, err);
}

static vv_status walk_tree(walk *w, const git_oid *tree, vv_error *err)
{
	git_oid base;

	for (size_t i = 0; i < w->parents; i++) {
		if (git_oid_equal(&w->at_path[i], tree)) return VV_OK;
	}
	first_of(w, &base);
	vv_buf_reset(&w->path);
	vv_status rc = push(w, tree, &base, err);
	while (rc == VV_OK && w->depth > 0) {
		const level *l = &w->levels[w->depth - 1];

		if (l->at.valid) {
			rc = visit_entry(w, err);
		} else {
			rc = give(w, VV_GIT_TREE, l->tree, &l->base, err);
			pop(w);
		}
	}
	while (w->depth > 0) {
		pop(w);
	}
	vv_buf_reset(&w->path);
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
			vv_error_clear(err);
			memset(&w->at_path[i], 0, sizeof(git_oid));
			rc = VV_OK;
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
	walk w = {.o = o, .repo = o->repo};
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
	vv_free_all(w.levels, w.sides, w.at_path);
	vv_buf_clear(&w.path);
	return rc;
}
