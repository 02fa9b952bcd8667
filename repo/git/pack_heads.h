/*
 * pack_heads: reads types and sizes of many objects in Git's packs. Internal.
 *
 * libgit2 inflates the beginning of each object, and takes a lock for each link of its delta chain. Here, the packs
 * are mapped once, and delta chains are followed without inflating.
 */
#ifndef VV_REPO_GIT_PACK_HEADS_H
#define VV_REPO_GIT_PACK_HEADS_H

#include "repo/git/repository_internal.h"

/* Sets *type and *size to the type and size of the object id. Returns 1 on success, or a negative
 * status if memory runs out. Returns 0 if only a few objects were requested so far, if the object
 * is not in a known pack, or if the object is invalid by gitformat-pack(5); the caller then uses
 * libgit2, which also reports errors. */
int vv_pack_heads_find(vv_repository *r, const git_oid *id, git_object_t *type, uint64_t *size,
		       vv_error *err);

#define VV_PACK_BEGIN 8u /* number of bytes of an object's beginning */
/* A cache of the beginnings of objects that vv_pack_heads_begin inflated last. Initialise with {0};
 * free slots with vv_free at the end. */
typedef struct vv_pack_begins {
	struct vv_pack_begin *slots;
} vv_pack_begins;
/* Reads the first VV_PACK_BEGIN bytes of the object id into out, without inflating the rest of its
 * delta chain. Returns false if the bytes could not be read in this way: the object is shorter, is
 * not in a known pack, or is a difference that does not show its beginning; or only a few objects
 * were requested so far. memo caches beginnings of bases; it may be NULL if only a few objects are
 * requested. */
bool vv_pack_heads_begin(vv_repository *r, const git_oid *id, vv_pack_begins *memo,
			 uint8_t out[VV_PACK_BEGIN]);

/* Totals of vv_pack_heads_plain. */
typedef struct vv_pack_sum {
	/* the number of commits in packs; the sum of the sizes of all blobs, in packs and loose;
	 * and the size of the largest blob */
	uint64_t commits, blob_bytes, largest;
	bool alone; /* all objects of the repository are in a single pack */
} vv_pack_sum;
/* Determines whether the repository has no pointer, valid or damaged, by reading the beginnings of
 * all blobs in storage order instead of walking through `commits` commits. Returns 1, and sets
 * *out, if no blob is a pointer. Returns 0 if a blob is or may be a pointer; if the walk would cost
 * less, because most objects are older than these commits; or if not all objects can be read in
 * this way, as in a partial clone or with staged objects. Returns a negative status if memory runs
 * out. all: the commits include all their ancestors. */
int vv_pack_heads_plain(vv_repository *r, uint64_t commits, bool all, vv_pack_sum *out,
			vv_error *err);

#endif
