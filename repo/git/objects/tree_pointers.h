/*
 * tree_pointers: finds the pointers (pointer.h) in trees. Internal.
 *
 * Each tree and each blob is read once, even if many commits share it, so the cost depends on the
 * changes between commits. In a partial clone, missing objects are not fetched.
 */
#ifndef VV_REPO_GIT_OBJECTS_TREE_POINTERS_H
#define VV_REPO_GIT_OBJECTS_TREE_POINTERS_H

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "repo/git/objects/oid_set.h"
#include "repo/git/pack_heads.h"
#include "repo/git/pointer.h"
#include "repo/git/tree_internal.h"

/* Is called for a pointer, with the path and commit of its first occurrence. For a valid pointer,
 * `what` is NULL. For a damaged pointer, or a pointer of a later version, p is NULL, and `what` is
 * the reason. If vv_tree_pointers.meant is true, further calls with the same `what` follow; in
 * each, p has only a root that the damaged pointer may name. */
typedef vv_status (*vv_tree_pointer_fn)(void *payload, const vv_pointer *p, const char *path,
					const vv_oid *commit, const char *what, vv_error *err);

/* The state of a search. */
typedef struct vv_tree_pointers {
	vv_repository *repo;
	vv_tree_pointer_fn fn;
	void *payload;
	/* Is called for a tree or blob that cannot be read, with its id in hex, and the reason
	 * `what`. NULL: such an object ends the search with an error. */
	vv_status (*unread)(void *payload, const char *id, const char *path, const vv_oid *commit,
			    const char *what, vv_error *err);
	/* a missing object is an error, except in a partial clone; initially true */
	bool hard;
	bool meant;      /* pass possible roots of damaged pointers to fn, too; initially false */
	vv_oid_set seen; /* trees and blobs that were read */
	vv_arena arena;  /* memory for the current pointer */
	vv_tree_stack trees; /* from the top to the current tree */
} vv_tree_pointers;

/* Initialises *g. The caller clears *g with vv_tree_pointers_clear. */
void vv_tree_pointers_init(vv_tree_pointers *g, vv_repository *r, vv_tree_pointer_fn fn,
			   void *payload);
void vv_tree_pointers_clear(vv_tree_pointers *g);
VV_AUTO_CLEAR(vv_tree_pointers, vv_tree_pointers_clear)

/* Calls g->fn for the pointers in the tree id and in all trees below it that were not read before.
 * commit is passed to fn. */
vv_status vv_tree_pointers_look(vv_tree_pointers *g, const git_oid *id, const vv_oid *commit,
				vv_error *err);
/* Calls g->fn for the blob id if it is a pointer and was not read before. path and commit are
 * passed to fn. */
vv_status vv_tree_pointers_blob(vv_tree_pointers *g, const git_oid *id, const char *path,
				const vv_oid *commit, vv_error *err);

/* The state for reading blobs that may be pointers, one after the other. Initialise it with {.repo
 * = r, .arena = VV_ARENA_INIT}. */
typedef struct vv_blob_look {
	vv_repository *repo;
	vv_pack_begins begins;
	vv_arena arena; /* memory for pointers; vv_blob_pointer does not reset it */
	/* the current commit, for messages; required if a path is passed to vv_blob_pointer */
	const git_oid *commit;
	uint64_t size; /* size of the last blob */
} vv_blob_look;
/* Reads the blob id. If it is a pointer, sets *is to true and *out to the pointer. A damaged
 * pointer, or a pointer in a later format, counts as an ordinary file, because exactly these bytes
 * were committed. If path is not NULL, warns the repository's listener, once for each such blob,
 * and of at most eight. VV_EMISSING: the object is missing. */
vv_status vv_blob_pointer(vv_pointer *out, bool *is, vv_blob_look *l, const git_oid *id,
			  const char *path, vv_error *err);
void vv_blob_look_clear(vv_blob_look *l);

#endif
