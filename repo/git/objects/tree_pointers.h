/*
 * tree_pointers: the pointers in trees, of which each is given once. Internal.
 *
 * Each tree and each blob is opened once, whatever number of commits share it, so the cost
 * follows the changes between commits. Nothing is fetched from a promisor for it.
 */
#ifndef VV_REPO_GIT_OBJECTS_TREE_POINTERS_H
#define VV_REPO_GIT_OBJECTS_TREE_POINTERS_H

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "repo/git/oid_set.h"
#include "repo/git/pointer.h"

/* A pointer where it was first met; commit is as it was given. A damaged one is NULL, and what says
 * why; a pointer beside what has nothing but the root, and is what a damaged one may mean. */
typedef vv_status (*vv_tree_pointer_fn)(void *payload, const vv_pointer *p, const char *path,
					const vv_oid *commit, const char *what, vv_error *err);

typedef struct vv_tree_pointers {
	vv_repository *repo;
	vv_tree_pointer_fn fn;
	void *payload;
	/* Gets trees and blobs that cannot be read, by their ids in hex, and why; NULL: the first one ends the walk. */
	vv_status (*unread)(void *payload, const char *id, const char *path, const vv_oid *commit,
			    const char *what, vv_error *err);
	bool hard;       /* must what is named exist? At first true */
	bool meant;      /* give the roots in damaged ones too? At first false */
	vv_oid_set seen; /* trees and blobs that were opened */
	vv_arena arena;  /* of one pointer */
	struct vv_tree_level *levels;
	size_t depth, cap;
	vv_buf path;
} vv_tree_pointers;

/* Clear in any case. */
void vv_tree_pointers_init(vv_tree_pointers *g, vv_repository *r, vv_tree_pointer_fn fn,
			   void *payload);
void vv_tree_pointers_clear(vv_tree_pointers *g);
VV_AUTO_CLEAR(vv_tree_pointers, vv_tree_pointers_clear)

/* Everything below a tree that was not looked at before. */
vv_status vv_tree_pointers_look(vv_tree_pointers *g, const git_oid *id, const vv_oid *commit,
				vv_error *err);
/* One blob. */
vv_status vv_tree_pointers_blob(vv_tree_pointers *g, const git_oid *id, const char *path,
				const vv_oid *commit, vv_error *err);

/* A blob that was committed as no whole pointer, or is one of a later version (why.code VV_ENOSUPPORT), and goes
 * along as plain text: a warning to whoever listens to r, once of each, and no more of many. */
void vv_damaged_pointer_tell(vv_repository *r, const git_oid *id, const git_oid *commit,
			     const char *path, const vv_error *why);

#endif
