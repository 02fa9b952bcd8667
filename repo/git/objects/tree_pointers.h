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
#include "repo/git/objects/oid_set.h"
#include "repo/git/pack_heads.h"
#include "repo/git/pointer.h"

/* Receives a pointer at its first occurrence; commit is the caller's. For a damaged one p is NULL,
 * and `what` is the reason. A p with `what` has only a root, which a damaged pointer may mean. */
typedef vv_status (*vv_tree_pointer_fn)(void *payload, const vv_pointer *p, const char *path,
					const vv_oid *commit, const char *what, vv_error *err);

typedef struct vv_tree_pointers {
	vv_repository *repo;
	vv_tree_pointer_fn fn;
	void *payload;
	/* Gets trees and blobs that cannot be read, by their ids in hex, and why; NULL: the first one ends the walk. */
	vv_status (*unread)(void *payload, const char *id, const char *path, const vv_oid *commit,
			    const char *what, vv_error *err);
	bool hard;       /* must named objects exist? Initially true */
	bool meant;      /* report roots in damaged ones, too? Initially false */
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
vv_status vv_tree_pointers_blob(vv_tree_pointers *g, const git_oid *id, const char *path,
				const vv_oid *commit, vv_error *err);

/* Reads the blobs of pointers one after the other; initialize {.repo = r, .arena =
 * VV_ARENA_INIT}. */
typedef struct vv_blob_look {
	vv_repository *repo;
	vv_pack_begins begins;
	vv_arena arena;        /* of one pointer; not reset here */
	const git_oid *commit; /* at hand, for words */
	uint64_t size;         /* of the last blob */
} vv_blob_look;
/* *is false: not a pointer. A damaged pointer was committed so, as Git's hash proves: it names no versions,
 * and is noted if path is not NULL. So is a pointer of a later version, whose version this varve cannot read:
 * the rest must not fail because of it. */
vv_status vv_blob_pointer(vv_pointer *out, bool *is, vv_blob_look *l, const git_oid *id,
			  const char *path, vv_error *err);
void vv_blob_look_clear(vv_blob_look *l);

#endif
