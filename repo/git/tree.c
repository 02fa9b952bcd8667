/*
 * tree: the bytes of Git's tree objects, and walking two of them side by side so
 * that equal subtrees are never opened.
 */
#include "repo/git/tree.h"

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/tree_internal.h"
#include "repo/git/walker.h"

#define PATH_BYTES_MAX 16384u
#define ENTRIES_MAX 50000000u /* a tree that repeats itself may be huge when unfolded */

/* --- one tree -------------------------------------------------------------- */

static vv_status damaged_tree(const vv_tree_cursor *c, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "the tree %s is damaged: an entry is not 'mode name id'",
		       vv_git_shows(c->tree));
}

vv_status vv_tree_cursor_next(vv_tree_cursor *c, vv_error *err)
{
	uint32_t mode = 0;
	const char *p = c->p;

	c->valid = false;
	if (p == c->end) return VV_OK;
	for (; p < c->end && *p >= '0' && *p <= '7' && mode <= 0177777; p++) {
		mode = mode << 3 | (uint32_t)(*p - '0');
	}
	if (p == c->end || *p != ' ' || p == c->p || mode > 0177777) return damaged_tree(c, err);
	p++;
	const char *nul = memchr(p, '\0', (size_t)(c->end - p));
	if (!nul || nul == p || (size_t)(c->end - nul) < 1 + GIT_OID_RAWSZ ||
	    memchr(p, '/', (size_t)(nul - p))) {
		return damaged_tree(c, err);
	}
	c->mode = mode;
	c->name = p;
	c->name_len = (size_t)(nul - p);
	memcpy(c->id.id, nul + 1, GIT_OID_RAWSZ);
	c->p = nul + 1 + GIT_OID_RAWSZ;
	c->valid = true;
	return VV_OK;
}

vv_status vv_tree_cursor_init(vv_tree_cursor *c, git_odb_object *tree, vv_error *err)
{
	memset(c, 0, sizeof(*c));
	if (!tree) return VV_OK;
	c->p = git_odb_object_data(tree);
	c->end = c->p + git_odb_object_size(tree);
	c->tree = git_odb_object_id(tree);
	return vv_tree_cursor_next(c, err);
}

vv_status vv_tree_find(vv_repository *r, const git_oid *tree, const char *path, uint32_t *mode,
		       git_oid *id, vv_error *err)
{
	git_oid at = *tree;
	uint32_t at_mode = 0040000;
	vv_status rc = VV_OK;

	while (*path && at_mode) {
		size_t len = strcspn(path, "/");
		vv_auto(git_odb_object) *object = NULL;
		vv_tree_cursor c;

		if (!vv_mode_is_tree(at_mode)) {
			at_mode = 0;
			break;
		}
		if ((rc = vv_object_read(r, &at, GIT_OBJECT_TREE, VV_TREE_BYTES_MAX, &object,
					 err)) < 0) {
			return rc;
		}
		rc = vv_tree_cursor_init(&c, object, err);
		while (rc == VV_OK && c.valid &&
		       (c.name_len != len || memcmp(c.name, path, len) != 0)) {
			rc = vv_tree_cursor_next(&c, err);
		}
		at_mode = c.valid ? c.mode : 0;
		at = c.id;
		if (rc < 0) return rc;
		path += len;
		path += strspn(path, "/");
	}
	*mode = at_mode;
	*id = at_mode ? at : (git_oid){0};
	return VV_OK;
}

vv_status vv_commit_tree(vv_repository *r, const vv_oid *commit, git_oid *out, vv_error *err)
{
	vv_walker *w;
	vv_node *n;
	const git_oid *id = vv_to_git(commit);
	git_object_t type;
	uint64_t size;
	vv_status rc = vv_walker_get(r, &w, err);

	if (rc < 0) return rc;
	if (!(n = vv_walker_node(w, id))) return vv_fail_nomem(err);
	if (!n->parsed && vv_object_header(r, id, &type, &size, NULL) == VV_OK &&
	    type == GIT_OBJECT_TREE) {
		*out = *id;
		return VV_OK;
	}
	if ((rc = vv_node_parse(w, n, err)) == VV_OK) {
		*out = n->tree;
	}
	return rc;
}

/* --- two trees ------------------------------------------------------------- */

vv_tree_side *vv_tree_stack_top(const vv_tree_stack *s)
{
	return s->count > 0 ? &s->sides[s->count - s->width] : NULL;
}

vv_status vv_tree_stack_push(vv_tree_stack *s, vv_error *err)
{
	if (!vv_array_room_for(s->sides, s->count, s->cap, s->width)) return vv_fail_nomem(err);
	memset(&s->sides[s->count], 0, s->width * sizeof(*s->sides));
	s->sides[s->count].path_len = s->path.len;
	s->count += s->width;
	return VV_OK;
}

vv_status vv_tree_stack_read(vv_tree_stack *s, size_t side, const git_oid *id, vv_error *err)
{
	vv_tree_side *at = vv_tree_stack_top(s) + side;
	const vv_status rc = vv_object_read(s->repo, id, GIT_OBJECT_TREE, VV_TREE_BYTES_MAX,
					    &at->tree, err);

	return rc < 0 ? rc : vv_tree_cursor_init(&at->at, at->tree, err);
}

vv_status vv_tree_stack_enter(vv_tree_stack *s, const vv_tree_cursor *entry, vv_error *err)
{
	s->path.len = vv_tree_stack_top(s)->path_len;
	vv_buf_put(&s->path, entry->name, entry->name_len);
	vv_buf_puts(&s->path, vv_mode_is_tree(entry->mode) ? "/" : "");
	return vv_buf_ok(&s->path, err);
}

void vv_tree_stack_pop(vv_tree_stack *s)
{
	for (size_t i = 0; i < s->width; i++) {
		git_odb_object_free(s->sides[--s->count].tree);
	}
}

void vv_tree_stack_reset(vv_tree_stack *s)
{
	while (s->count > 0) {
		vv_tree_stack_pop(s);
	}
	vv_buf_reset(&s->path);
}

void vv_tree_stack_clear(vv_tree_stack *s)
{
	vv_tree_stack_reset(s);
	vv_free(s->sides);
	vv_buf_clear(&s->path);
}

typedef struct walk {
	vv_tree_stack trees;
	const char *prefix;
	size_t prefix_len;
	vv_change_fn fn;
	void *payload;
	uint64_t seen;
} walk;

static vv_status push_trees(walk *w, const git_oid *a, const git_oid *b, vv_error *err)
{
	vv_status rc = vv_tree_stack_push(&w->trees, err);

	if (rc == VV_OK && a) {
		rc = vv_tree_stack_read(&w->trees, 0, a, err);
	}
	return rc < 0 || !b ? rc : vv_tree_stack_read(&w->trees, 1, b, err);
}

int vv_tree_cursor_compare(const vv_tree_cursor *a, const vv_tree_cursor *b)
{
	size_t len = a->name_len < b->name_len ? a->name_len : b->name_len;
	int c = memcmp(a->name, b->name, len);

	if (c != 0) return c;
	unsigned char end_a;

	if (len < a->name_len) {
		end_a = (unsigned char)a->name[len];
	} else if (vv_mode_is_tree(a->mode)) {
		end_a = '/';
	} else {
		end_a = '\0';
	}
	unsigned char end_b;

	if (len < b->name_len) {
		end_b = (unsigned char)b->name[len];
	} else if (vv_mode_is_tree(b->mode)) {
		end_b = '/';
	} else {
		end_b = '\0';
	}
	return (end_a > end_b) - (end_a < end_b);
}

/* Is the path at or below the prefix, or (a folder) on the way to it? */
static bool path_wanted(const walk *w, bool is_tree)
{
	const char *path = w->trees.path.data;
	const size_t len = w->trees.path.len - is_tree; /* without its '/' */

	if (w->prefix_len == 0) return true;
	if (len >= w->prefix_len) {
		return memcmp(path, w->prefix, w->prefix_len) == 0 &&
		       (len == w->prefix_len || path[w->prefix_len] == '/');
	}
	return is_tree && memcmp(path, w->prefix, len) == 0 && w->prefix[len] == '/';
}

static vv_status visit_entry(walk *w, const vv_tree_cursor *a, const vv_tree_cursor *b,
			     vv_error *err)
{
	const vv_tree_cursor *one = a ? a : b;
	bool is_tree = vv_mode_is_tree(one->mode);
	vv_status rc = vv_tree_stack_enter(&w->trees, one, err);

	if (rc < 0) return rc;
	if (!path_wanted(w, is_tree) ||
	    (a && b && a->mode == b->mode && git_oid_equal(&a->id, &b->id))) {
		return VV_OK;
	}
	if (++w->seen > ENTRIES_MAX || w->trees.path.len > PATH_BYTES_MAX) {
		return vv_fail(
			err, VV_EREFUSED,
			"the tree is too large to walk: more than %u entries, or a path over %u bytes",
			ENTRIES_MAX, PATH_BYTES_MAX);
	}
	if (is_tree) return push_trees(w, a ? &a->id : NULL, b ? &b->id : NULL, err);
	vv_change change = {.path = vv_buf_cstr(&w->trees.path)};
	if (a) {
		change.old_mode = a->mode;
		change.old_id = *vv_from_git(&a->id);
	}
	if (b) {
		change.new_mode = b->mode;
		change.new_id = *vv_from_git(&b->id);
	}
	return w->fn(w->payload, &change, err);
}

/* Takes the next entry, or pair of entries, of the innermost folder. */
static vv_status step_entries(walk *w, vv_tree_side *sides, vv_error *err)
{
	vv_tree_cursor a = sides[0].at, b = sides[1].at; /* the sides may move */
	vv_status rc;

	if (!a.valid && !b.valid) {
		vv_tree_stack_pop(&w->trees);
		return VV_OK;
	}
	int c;

	if (!a.valid) {
		c = 1;
	} else if (!b.valid) {
		c = -1;
	} else {
		c = vv_tree_cursor_compare(&a, &b);
	}
	if ((c <= 0 && (rc = vv_tree_cursor_next(&sides[0].at, err)) < 0) ||
	    (c >= 0 && (rc = vv_tree_cursor_next(&sides[1].at, err)) < 0)) {
		return rc;
	}
	return visit_entry(w, c <= 0 ? &a : NULL, c >= 0 ? &b : NULL, err);
}

vv_status vv_tree_diff(vv_repository *r, const git_oid *a, const git_oid *b, const char *prefix,
		       vv_change_fn fn, void *payload, vv_error *err)
{
	vv_tree_side *sides;

	if (a && b && git_oid_equal(a, b)) return VV_OK;
	walk w = {.trees = {.repo = r, .width = 2},
		  .prefix = prefix ? prefix : "",
		  .fn = fn,
		  .payload = payload};
	w.prefix_len = strlen(w.prefix);
	while (w.prefix_len > 0 && w.prefix[w.prefix_len - 1] == '/') {
		w.prefix_len--;
	}
	vv_status rc = push_trees(&w, a, b, err);
	while (rc == VV_OK && (sides = vv_tree_stack_top(&w.trees))) {
		rc = step_entries(&w, sides, err);
	}
	vv_tree_stack_clear(&w.trees);
	return rc;
}

/* --- commits --------------------------------------------------------------- */

void vv_tree_entry_clear(vv_tree_entry *e)
{
	vv_free(e->path);
	memset(e, 0, sizeof(*e));
}

vv_status vv_tree_entry_at(vv_repository *r, const vv_oid *commit, const char *path,
			   vv_tree_entry *out, vv_error *err)
{
	git_oid tree;
	uint32_t mode;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = vv_commit_tree(r, commit, &tree, err)) < 0 ||
	    (rc = vv_tree_find(r, &tree, path, &mode, vv_to_git_out(&out->id), err)) < 0) {
		return rc;
	}
	if (mode == 0) {
		return vv_fail(err, VV_ENOTFOUND, "no '%s' in the commit %.10s",
			       vv_text_shows(path), vv_oid_shows(commit));
	}
	if (!(out->path = vv_strdup(path))) return vv_fail_nomem(err);
	out->mode = mode;
	return VV_OK;
}

typedef struct each {
	vv_tree_fn fn;
	void *payload;
} each;

static vv_status each_change(void *payload, const vv_change *c, vv_error *err)
{
	const each *e = payload;
	vv_tree_entry entry;

	entry.path = (char *)(uintptr_t)c->path; /* lent for the call */
	entry.mode = c->new_mode;
	entry.id = c->new_id;
	return e->fn(e->payload, &entry, err);
}

vv_status vv_tree_each(vv_repository *r, const vv_oid *commit, const char *prefix, vv_tree_fn fn,
		       void *payload, vv_error *err)
{
	each e = {fn, payload};
	git_oid tree;
	vv_status rc = vv_commit_tree(r, commit, &tree, err);

	return rc < 0 ? rc : vv_tree_diff(r, NULL, &tree, prefix, each_change, &e, err);
}

vv_status vv_tree_changes(vv_repository *r, const vv_oid *a, const vv_oid *b, const char *prefix,
			  vv_change_fn fn, void *payload, vv_error *err)
{
	git_oid tree_a, tree_b;
	vv_status rc;

	if ((a && (rc = vv_commit_tree(r, a, &tree_a, err)) < 0) ||
	    (rc = vv_commit_tree(r, b, &tree_b, err)) < 0) {
		return rc;
	}
	return vv_tree_diff(r, a ? &tree_a : NULL, &tree_b, prefix, fn, payload, err);
}
