/*
 * tree_internal: walks raw tree objects.
 */
#ifndef VV_REPO_GIT_TREE_INTERNAL_H
#define VV_REPO_GIT_TREE_INTERNAL_H

#include "repo/git/repository_internal.h"
#include "repo/git/tree.h"

/* A cursor over the entries of a tree object. */
typedef struct vv_tree_cursor {
	const char *p, *end;
	const git_oid *tree; /* id of the tree, for messages */
	/* the cursor is at an entry, described by the members below; false: at the end */
	bool valid;
	uint32_t mode;
	const char *name; /* borrowed from the object; not NUL-terminated */
	size_t name_len;
	git_oid id;
} vv_tree_cursor;

/* Moves c to the first entry of `tree`, which must outlive the cursor. VV_ECORRUPT: the tree is
 * damaged. */
vv_status vv_tree_cursor_init(vv_tree_cursor *c, git_odb_object *tree, vv_error *err);
/* Moves c to the next entry. VV_ECORRUPT: the tree is damaged. */
vv_status vv_tree_cursor_next(vv_tree_cursor *c, vv_error *err);

/* Returns true if mode is that of a folder. */
static inline bool vv_mode_is_tree(uint32_t mode)
{
	return (mode & 0170000) == 0040000;
}

/* Compares two entries in Git's order: a folder sorts as if its name ended in '/'. Returns a
 * negative number, 0, or a positive one. */
int vv_tree_cursor_compare(const vv_tree_cursor *a, const vv_tree_cursor *b);

/* Calls fn for each difference between the trees a and b. a or b may be NULL, which counts as an
 * empty tree. prefix: the path of the trees, which begins each path passed to fn. */
vv_status vv_tree_diff(vv_repository *r, const git_oid *a, const git_oid *b, const char *prefix,
		       vv_change_fn fn, void *payload, vv_error *err);

/* Sets *mode and *id to the mode and id of the entry at path below a tree. Sets *mode to 0 if no
 * such entry exists. */
vv_status vv_tree_find(vv_repository *r, const git_oid *tree, const char *path, uint32_t *mode,
		       git_oid *id, vv_error *err);

/* Sets *out to the tree of a commit. If `commit` is a tree, *out is this tree. */
vv_status vv_commit_tree(vv_repository *r, const vv_oid *commit, git_oid *out, vv_error *err);

#endif
