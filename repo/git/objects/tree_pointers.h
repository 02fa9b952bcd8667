/*
 * tree_pointers: finds the pointers in trees, each once. Internal.
 *
 * Each tree and each blob is read once, even if many commits share it, so the cost depends on the changes between
 * commits. In a partial clone, missing objects are not fetched.
 */
#ifndef VV_REPO_GIT_OBJECTS_TREE_POINTERS_H
#define VV_REPO_GIT_OBJECTS_TREE_POINTERS_H

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "repo/git/objects/oid_set.h"
#include "repo/git/pack_heads.h"
#include "repo/git/pointer.h"

/* Receives a pointer. path and commit: its first occurrence. For a valid pointer, `what` is NULL. For a damaged one,
 * p is NULL, and `what` is the reason. If `meant` is true, further calls with the same `what` follow, in which p has
 * only a root that the damaged pointer may name. */
typedef vv_status (*vv_tree_pointer_fn)(void *payload, const vv_pointer *p, const char *path,
					const vv_oid *commit, const char *what, vv_error *err);

typedef struct vv_tree_pointers {
	vv_repository *repo;
	vv_tree_pointer_fn fn;
	void *payload;
	/* Receives a tree or blob that cannot be read: its id in hex, and the reason `what`. NULL: such an object
	 * ends the walk with an error. */
	vv_status (*unread)(void *payload, const char *id, const char *path, const vv_oid *commit,
			    const char *what, vv_error *err);
	bool hard;       /* a missing object is an error; initially true */
	bool meant;      /* pass possible roots of damaged pointers to fn, too; initially false */
	vv_oid_set seen; /* trees and blobs that were read */
	vv_arena arena;  /* for the current pointer */
	struct vv_tree_level *levels;
	size_t depth, cap;
	vv_buf path;
} vv_tree_pointers;

/* Initialises *g. The caller clears it. */
void vv_tree_pointers_init(vv_tree_pointers *g, vv_repository *r, vv_tree_pointer_fn fn,
			   void *payload);
void vv_tree_pointers_clear(vv_tree_pointers *g);
VV_AUTO_CLEAR(vv_tree_pointers, vv_tree_pointers_clear)

/* Finds the pointers in a tree and in all trees below it that were not read before. commit: passed to fn. */
vv_status vv_tree_pointers_look(vv_tree_pointers *g, const git_oid *id, const vv_oid *commit,
				vv_error *err);
/* Passes a blob to fn if it is a pointer and was not read before. */
vv_status vv_tree_pointers_blob(vv_tree_pointers *g, const git_oid *id, const char *path,
				const vv_oid *commit, vv_error *err);

/* State for reading blobs that may be pointers, one after the other. Initialise it with {.repo = r, .arena =
 * VV_ARENA_INIT}. */
typedef struct vv_blob_look {
	vv_repository *repo;
	vv_pack_begins begins;
	vv_arena arena;        /* for the pointer; vv_blob_pointer does not reset it */
	const git_oid *commit; /* the current commit, for messages */
	uint64_t size;         /* size of the last blob */
} vv_blob_look;
/* Reads a blob, and sets *is to whether it is a pointer. A damaged pointer, or one in a later format, is treated as
 * an ordinary file, because exactly these bytes were committed; if path is not NULL, a warning names the path. */
vv_status vv_blob_pointer(vv_pointer *out, bool *is, vv_blob_look *l, const git_oid *id,
			  const char *path, vv_error *err);
void vv_blob_look_clear(vv_blob_look *l);

#endif
