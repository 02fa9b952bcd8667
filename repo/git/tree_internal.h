/*
 * tree_internal: walking raw tree objects.
 */
#ifndef VV_REPO_GIT_TREE_INTERNAL_H
#define VV_REPO_GIT_TREE_INTERNAL_H

#include "repo/git/repository_internal.h"
#include "repo/git/tree.h"

/* A place in a tree object's bytes; the entry there is in mode, name and id. */
typedef struct vv_tree_cursor {
	const char *p, *end;
	const git_oid *tree; /* for messages */
	bool valid;          /* false at the end */
	uint32_t mode;
	const char *name; /* borrowed from the object */
	size_t name_len;
	git_oid id;
} vv_tree_cursor;

vv_status vv_tree_cursor_init(vv_tree_cursor *c, git_odb_object *tree,
			      vv_error *err); /* at the first entry */
vv_status vv_tree_cursor_next(vv_tree_cursor *c, vv_error *err);

static inline bool vv_mode_is_tree(uint32_t mode)
{
	return (mode & 0170000) == 0040000;
}

/* Git's order of names: a folder sorts as if its name ended in '/'. */
int vv_tree_cursor_compare(const vv_tree_cursor *a, const vv_tree_cursor *b);

/* The differences of two trees, either of which may be NULL for an empty one. */
vv_status vv_tree_diff(vv_repository *r, const git_oid *a, const git_oid *b, const char *prefix,
		       vv_change_fn fn, void *payload, vv_error *err);

/* The entry at path below a tree: its mode and id; mode 0 if it does not exist. */
vv_status vv_tree_find(vv_repository *r, const git_oid *tree, const char *path, uint32_t *mode,
		       git_oid *id, vv_error *err);

/* The tree of a commit; a tree is its own. */
vv_status vv_commit_tree(vv_repository *r, const vv_oid *commit, git_oid *out, vv_error *err);

#endif
