/*
 * loose_pack_fill: which objects go into a new Git pack, and in which order and under
 * which names, so that deltas come out small.
 */
#include <stdlib.h>

#include <git2/sys/odb_backend.h>

#include "base/sys.h"
#include "base/text.h"
#include "repo/git/loose_pack_internal.h"
#include "repo/git/tree_internal.h"
#include "repo/git/walker.h"

#define DEPTH_MAX 2048u

vv_status vv_packing_want(vv_packing *p, const git_oid *id, vv_error *err)
{
	bool added;
	vv_status rc = vv_oid_set_add(&p->wanted, id, &added, err);

	if (rc < 0 || !added) {
		return rc;
	}
	if (p->id_count == p->id_cap) {
		size_t cap = p->id_cap ? p->id_cap * 2 : 1024;
		git_oid *ids = vv_realloc_array(p->ids, cap, sizeof(*ids));

		if (!ids) {
			return vv_fail_nomem(err);
		}
		p->ids = ids;
		p->id_cap = cap;
	}
	p->ids[p->id_count++] = *id;
	return VV_OK;
}

static int want_each(const git_oid *id, void *payload)
{
	return vv_packing_want(payload, id, NULL) < 0 ? -1 : 0;
}

vv_status vv_packing_open(const vv_packing *p, const char *hex, git_odb **out, vv_error *err)
{
	char *path = vv_packing_file(p, hex, "idx");
	git_odb_backend *backend = NULL;
	vv_status rc = VV_OK;
	int code;

	*out = NULL;
	if (!path) {
		return vv_fail_nomem(err);
	}
	if ((code = git_odb_new(out)) < 0 ||
	    (code = git_odb_backend_one_pack(&backend, path)) < 0) {
		rc = vv_git_fail(err, code, "cannot read the pack '%s'", vv_text_shows(path));
	} else if ((code = git_odb_add_backend(*out, backend, 1)) < 0) {
		backend->free(backend);
		rc = vv_git_fail(err, code, "cannot read the pack '%s'", vv_text_shows(path));
	}
	if (rc < 0) {
		git_odb_free(*out);
		*out = NULL;
	}
	vv_free(path);
	return rc;
}

vv_status vv_packing_want_pack(vv_packing *p, const char *hex, vv_error *err)
{
	git_odb *odb;
	vv_status rc = vv_packing_open(p, hex, &odb, err);
	int code;

	if (rc < 0) {
		return rc;
	}
	if ((code = git_odb_foreach(odb, want_each, p)) < 0) {
		rc = vv_git_fail(err, code, "cannot list the pack %s", hex);
	}
	git_odb_free(odb);
	return rc;
}

static vv_status insert(vv_packing *p, const git_oid *id, const char *name, vv_error *err)
{
	char hex[GIT_OID_HEXSZ + 1];
	bool added;
	vv_status rc = vv_oid_set_add(&p->done, id, &added, err);
	int code;

	if (rc < 0 || !added) {
		return rc;
	}
	if ((code = git_packbuilder_insert(p->pb, id, name)) < 0) {
		return vv_git_fail(err, code, "cannot pack the object %s",
				   git_oid_tostr(hex, sizeof(hex), id));
	}
	return VV_OK;
}

static int newest_first(const void *x, const void *y)
{
	const vv_node *a = *(vv_node *const *)x, *b = *(vv_node *const *)y;

	if (a->time != b->time) {
		return a->time < b->time ? 1 : -1;
	}
	return git_oid_cmp(&a->id, &b->id);
}

/* The commits among what is wanted, newest first. */
static vv_status find_commits(vv_packing *p, vv_walker *w, vv_nodes *out, vv_error *err)
{
	vv_status rc = VV_OK;
	size_t i;

	for (i = 0; rc == VV_OK && i < p->id_count; i++) {
		git_object_t type;
		uint64_t size;
		vv_node *n;

		if ((rc = vv_object_header(p->repo, &p->ids[i], &type, &size, err)) < 0) {
			break;
		}
		if (type != GIT_OBJECT_COMMIT) {
			continue;
		}
		if (!(n = vv_walker_node(w, &p->ids[i]))) {
			rc = vv_fail_nomem(err);
		} else if ((rc = vv_node_parse(w, n, err)) == VV_OK) {
			rc = vv_nodes_add(out, n, err);
		}
	}
	if (out->count > 0) {
		qsort(out->items, out->count, sizeof(*out->items), newest_first);
	}
	return rc;
}

/* Trees and blobs get their paths: the packbuilder looks for bases among objects of
 * like names. Only wanted trees are opened, each once. */
typedef struct tree_level {
	git_odb_object *tree;
	vv_tree_cursor at;
	size_t path_len;
} tree_level;

static vv_status push_tree(vv_packing *p, tree_level *levels, size_t *depth, const git_oid *id,
			   const vv_buf *path, vv_error *err)
{
	tree_level *l = &levels[*depth];
	vv_status rc;

	if (!vv_oid_set_has(&p->wanted, id) || vv_oid_set_has(&p->done, id) ||
	    *depth == DEPTH_MAX) {
		return VV_OK;
	}
	if ((rc = insert(p, id, vv_buf_cstr(path), err)) < 0 ||
	    (rc = vv_object_read(p->repo, id, GIT_OBJECT_TREE, VV_TREE_BYTES_MAX, &l->tree, err)) <
		    0) {
		return rc;
	}
	l->path_len = path->len;
	++*depth;
	return vv_tree_cursor_init(&l->at, l->tree, err);
}

static vv_status insert_entry(vv_packing *p, tree_level *levels, size_t *depth, vv_buf *path,
			      vv_error *err)
{
	tree_level *l = &levels[*depth - 1];
	vv_tree_cursor at = l->at;
	vv_status rc = vv_tree_cursor_next(&l->at, err);

	path->len = l->path_len;
	if (rc < 0 || !vv_oid_set_has(&p->wanted, &at.id)) {
		return rc;
	}
	vv_buf_put(path, at.name, at.name_len);
	if (vv_mode_is_tree(at.mode)) {
		vv_buf_putc(path, '/');
	}
	if ((rc = vv_buf_ok(path, err)) < 0) {
		return rc;
	}
	if (vv_mode_is_tree(at.mode)) {
		return push_tree(p, levels, depth, &at.id, path, err);
	}
	return insert(p, &at.id, vv_buf_cstr(path), err);
}

static vv_status insert_trees(vv_packing *p, const vv_nodes *commits, vv_error *err)
{
	tree_level *levels = vv_calloc(DEPTH_MAX, sizeof(*levels));
	vv_buf path = VV_BUF_INIT;
	size_t depth = 0, i;
	vv_status rc = levels ? VV_OK : vv_fail_nomem(err);

	for (i = 0; rc == VV_OK && i < commits->count; i++) {
		vv_buf_reset(&path);
		rc = push_tree(p, levels, &depth, &commits->items[i]->tree, &path, err);
		while (rc == VV_OK && depth > 0) {
			if (levels[depth - 1].at.valid) {
				rc = insert_entry(p, levels, &depth, &path, err);
			} else {
				git_odb_object_free(levels[--depth].tree);
			}
		}
	}
	while (depth > 0) {
		git_odb_object_free(levels[--depth].tree);
	}
	vv_buf_clear(&path);
	vv_free(levels);
	return rc;
}

vv_status vv_packing_insert_all(vv_packing *p, vv_error *err)
{
	vv_walker *w = vv_walker_new(p->repo);
	vv_nodes commits = VV_NODES_INIT;
	vv_status rc;
	size_t i;

	if (!w) {
		return vv_fail_nomem(err);
	}
	rc = find_commits(p, w, &commits, err);
	for (i = 0; rc == VV_OK && i < commits.count; i++) {
		rc = insert(p, &commits.items[i]->id, NULL, err);
	}
	if (rc == VV_OK) {
		rc = insert_trees(p, &commits, err);
	}
	for (i = 0; rc == VV_OK && i < p->id_count; i++) {
		rc = insert(p, &p->ids[i], NULL, err);
	}
	vv_nodes_clear(&commits);
	vv_walker_free(w);
	return rc;
}
