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

/* Moves c to the first entry of `tree`, which must outlive the cursor. If `tree` is NULL, the
 * cursor is at the end. VV_ECORRUPT: the tree is damaged. */
vv_status vv_tree_cursor_init(vv_tree_cursor *c, git_odb_object *tree, vv_error *err);
/* Moves c to the next entry. VV_ECORRUPT: the tree is damaged. */
vv_status vv_tree_cursor_next(vv_tree_cursor *c, vv_error *err);

/* Returns true if mode is that of a folder. */
static inline bool vv_mode_is_tree(uint32_t mode)
{
	return (mode & 0170000) == 0040000;
}

/* Compares two entries in Git's order: a folder sorts as if its name ended in '/'. Returns a
 * negative number, 0 or a positive number, as memcmp does. */
int vv_tree_cursor_compare(const vv_tree_cursor *a, const vv_tree_cursor *b);

/* One of the trees that are walked side by side, and the cursor over its entries. */
typedef struct vv_tree_side {
	git_odb_object *tree; /* NULL: no tree was read, and the cursor is at the end */
	vv_tree_cursor at;
	size_t path_len; /* length of the folder's path with its '/', in the stack's path */
} vv_tree_side;

/* A walk through the trees of `width` commits side by side. The stack has the folders from the root
 * folder down to the current one; each folder has one side per commit. Initialise it with {.repo,
 * .width}. */
typedef struct vv_tree_stack {
	vv_repository *repo;
	size_t width;
	vv_tree_side *sides; /* `width` sides for each folder, the root folder first */
	size_t count, cap;
	vv_buf path; /* path of the entry of the last vv_tree_stack_enter */
} vv_tree_stack;
/* Returns the sides of the innermost folder, valid until the next push; NULL: the stack is empty. */
vv_tree_side *vv_tree_stack_top(const vv_tree_stack *s);
/* Adds the folder s->path, with empty sides, as the innermost folder. */
vv_status vv_tree_stack_push(vv_tree_stack *s, vv_error *err);
/* Reads the tree id into one side of the innermost folder, and moves the side's cursor to the first
 * entry. The codes are those of vv_object_read and vv_tree_cursor_init. id must not point into this
 * side. */
vv_status vv_tree_stack_read(vv_tree_stack *s, size_t side, const git_oid *id, vv_error *err);
/* Sets s->path to the path of an entry of the innermost folder. If the entry is a folder, the path
 * ends in '/'. */
vv_status vv_tree_stack_enter(vv_tree_stack *s, const vv_tree_cursor *entry, vv_error *err);
void vv_tree_stack_pop(vv_tree_stack *s); /* removes the innermost folder */
void vv_tree_stack_reset(
	vv_tree_stack *s); /* empties the stack and its path; keeps the allocated memory */
void vv_tree_stack_clear(vv_tree_stack *s);
VV_AUTO_CLEAR(vv_tree_stack, vv_tree_stack_clear)

/* Calls fn for each difference between the trees a and b at the path prefix or below it, sorted by
 * path. Paths are relative to a and b. prefix may be NULL or "": all differences. a or b may be
 * NULL, which counts as an empty tree. A negative result of fn ends the calls, and is returned. */
vv_status vv_tree_diff(vv_repository *r, const git_oid *a, const git_oid *b, const char *prefix,
		       vv_change_fn fn, void *payload, vv_error *err);

/* Sets *mode and *id to the mode and id of the entry at path below a tree. If no such entry exists,
 * *mode is 0 and *id is null. If path is "", the entry is the tree itself. */
vv_status vv_tree_find(vv_repository *r, const git_oid *tree, const char *path, uint32_t *mode,
		       git_oid *id, vv_error *err);

/* Sets *out to the id of the tree of a commit. If `commit` is the id of a tree, *out is this id. */
vv_status vv_commit_tree(vv_repository *r, const vv_oid *commit, git_oid *out, vv_error *err);

#endif
