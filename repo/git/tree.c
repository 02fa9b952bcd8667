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

static vv_status damaged(const vv_tree_cursor *c, vv_error *err)
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
	if (p == c->end || *p != ' ' || p == c->p || mode > 0177777) return damaged(c, err);
	p++;
	const char *nul = memchr(p, '\0', (size_t)(c->end - p));
	if (!nul || nul == p || (size_t)(c->end - nul) < 1 + GIT_OID_RAWSZ ||
	    memchr(p, '/', (size_t)(nul - p))) {
		return damaged(c, err);
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

typedef struct frame {
	git_odb_object *a, *b; /* either may be NULL */
	vv_tree_cursor at_a, at_b;
	size_t path_len; /* of the folder with its '/', in the walk's path */
} frame;

typedef struct walk {
	vv_repository *repo;
	const char *prefix;
	size_t prefix_len;
	vv_change_fn fn;
	void *payload;
	frame *frames;
	size_t depth, cap;
	vv_buf path;
	uint64_t seen;
} walk;

static vv_status read_side(const walk *w, const git_oid *id, git_odb_object **out,
			   vv_tree_cursor *c, vv_error *err)
{
	vv_status rc;

	*out = NULL;
	if (id &&
	    (rc = vv_object_read(w->repo, id, GIT_OBJECT_TREE, VV_TREE_BYTES_MAX, out, err)) < 0) {
		return rc;
	}
	return vv_tree_cursor_init(c, *out, err);
}

static vv_status push(walk *w, const git_oid *a, const git_oid *b, vv_error *err)
{
	git_oid id_a, id_b; /* the frames may move, and a and b are in them */
	vv_status rc;

	if (a) {
		id_a = *a;
	}
	if (b) {
		id_b = *b;
	}
	if (!vv_array_room(w->frames, w->depth, w->cap)) return vv_fail_nomem(err);
	frame *f = &w->frames[w->depth];
	*f = (frame){.path_len = w->path.len};
	w->depth++;
	if ((rc = read_side(w, a ? &id_a : NULL, &f->a, &f->at_a, err)) < 0) return rc;
	return read_side(w, b ? &id_b : NULL, &f->b, &f->at_b, err);
}

static void pop(walk *w)
{
	frame *f = &w->frames[--w->depth];

	git_odb_object_free(f->a);
	git_odb_object_free(f->b);
}

int vv_tree_cursor_compare(const vv_tree_cursor *a, const vv_tree_cursor *b)
{
	size_t len = a->name_len < b->name_len ? a->name_len : b->name_len;
	int c = memcmp(a->name, b->name, len);

	if (c != 0) return c;
	unsigned char end_a = len < a->name_len          ? (unsigned char)a->name[len]
			      : vv_mode_is_tree(a->mode) ? '/'
							 : '\0';
	unsigned char end_b = len < b->name_len          ? (unsigned char)b->name[len]
			      : vv_mode_is_tree(b->mode) ? '/'
							 : '\0';
	return (end_a > end_b) - (end_a < end_b);
}

/* Is the path in w->path at or below the prefix, or (a folder) on the way to it? */
static bool wanted(const walk *w, bool is_tree)
{
	size_t len = w->path.len;

	if (w->prefix_len == 0) return true;
	if (len >= w->prefix_len) {
		return memcmp(w->path.data, w->prefix, w->prefix_len) == 0 &&
		       (len == w->prefix_len || w->path.data[w->prefix_len] == '/');
	}
	return is_tree && memcmp(w->path.data, w->prefix, len) == 0 && w->prefix[len] == '/';
}

static vv_status visit(walk *w, const vv_tree_cursor *a, const vv_tree_cursor *b, vv_error *err)
{
	const vv_tree_cursor *one = a ? a : b;
	bool is_tree = vv_mode_is_tree(one->mode);

	w->path.len = w->frames[w->depth - 1].path_len;
	vv_buf_put(&w->path, one->name, one->name_len);
	if (w->path.failed) return vv_fail_nomem(err);
	if (!wanted(w, is_tree) ||
	    (a && b && a->mode == b->mode && git_oid_equal(&a->id, &b->id))) {
		return VV_OK;
	}
	if (++w->seen > ENTRIES_MAX || w->path.len > PATH_BYTES_MAX) {
		return vv_fail(
			err, VV_EREFUSED,
			"the tree is too large to walk: more than %u entries, or a path over %u bytes",
			ENTRIES_MAX, PATH_BYTES_MAX);
	}
	if (is_tree) {
		vv_buf_putc(&w->path, '/');
		if (w->path.failed) return vv_fail_nomem(err);
		return push(w, a ? &a->id : NULL, b ? &b->id : NULL, err);
	}
	vv_change change = {.path = vv_buf_cstr(&w->path)};
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
static vv_status step(walk *w, vv_error *err)
{
	frame *f = &w->frames[w->depth - 1];
	vv_tree_cursor a = f->at_a, b = f->at_b;
	vv_status rc;

	if (!a.valid && !b.valid) {
		pop(w);
		return VV_OK;
	}
	int c = !a.valid ? 1 : !b.valid ? -1 : vv_tree_cursor_compare(&a, &b);
	if ((c <= 0 && (rc = vv_tree_cursor_next(&f->at_a, err)) < 0) ||
	    (c >= 0 && (rc = vv_tree_cursor_next(&f->at_b, err)) < 0)) {
		return rc;
	}
	return visit(w, c <= 0 ? &a : NULL, c >= 0 ? &b : NULL, err); /* may move the frames */
}

vv_status vv_tree_diff(vv_repository *r, const git_oid *a, const git_oid *b, const char *prefix,
		       vv_change_fn fn, void *payload, vv_error *err)
{
	if (a && b && git_oid_equal(a, b)) return VV_OK;
	walk w = {.repo = r, .prefix = prefix ? prefix : ""};
	w.prefix_len = strlen(w.prefix);
	while (w.prefix_len > 0 && w.prefix[w.prefix_len - 1] == '/') {
		w.prefix_len--;
	}
	w.fn = fn;
	w.payload = payload;
	vv_status rc = push(&w, a, b, err);
	while (rc == VV_OK && w.depth > 0) {
		rc = step(&w, err);
	}
	while (w.depth > 0) {
		pop(&w);
	}
	vv_free(w.frames);
	vv_buf_clear(&w.path);
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
