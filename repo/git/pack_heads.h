/*
 * pack_heads: types and sizes of objects in Git's packs, where many are requested. Internal.
 *
 * libgit2 inflates the beginning of each object and takes its lock for each link of the chain below it. Here the packs are mapped
 * once, and the links followed without inflating.
 */
#ifndef VV_REPO_GIT_PACK_HEADS_H
#define VV_REPO_GIT_PACK_HEADS_H

#include "repo/git/repository_internal.h"

/* 1; 0: it was not asked for often enough yet, is in no pack that was here then, or not as gitformat-pack(5) has it:
 * libgit2 is to be asked, and has the words. <0: there is no memory. */
int vv_pack_heads_find(vv_repository *r, const git_oid *id, git_object_t *type, uint64_t *size,
		       vv_error *err);

/* True: the first bytes of an object of at least so many; of a long chain of differences only their beginnings are
 * inflated, each once while its place in the memo is not taken by another. The caller begins with zeroes, and frees slots; or
 * has no memo (NULL), where few are requested. */
#define VV_PACK_BEGIN 8u
typedef struct vv_pack_begins {
	struct vv_pack_begin *slots;
} vv_pack_begins;
bool vv_pack_heads_begin(vv_repository *r, const git_oid *id, vv_pack_begins *memo,
			 uint8_t out[VV_PACK_BEGIN]);

/* What was met on the way: commits in packs, the sizes of all blobs in sum and of the largest one. alone: one pack
 * came, and nothing else is here. */
typedef struct vv_pack_sum {
	uint64_t commits, blob_bytes, largest;
	bool alone;
} vv_pack_sum;
/* Instead of a walk through so many commits: is it certain that no blob here is a pointer, or a torn one? Every blob in
 * packs and loose objects is looked at, as it is stored. 1: none is; 0: one is, most of what is here is older than these
 * commits, or it cannot be told so; <0: there is no memory. all: they have no parents elsewhere. */
int vv_pack_heads_plain(vv_repository *r, uint64_t commits, bool all, vv_pack_sum *out,
			vv_error *err);

/* Are its packs larger, together? */
bool vv_pack_heads_exceed(vv_repository *r, uint64_t bytes);

#endif
