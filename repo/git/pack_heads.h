/*
 * pack_heads: types and sizes of objects in Git's packs, where many are requested. Internal.
 *
 * libgit2 inflates the beginning of each object and takes its lock for each link of the chain below it. Here the packs are mapped
 * once, and the links followed without inflating.
 */
#ifndef VV_REPO_GIT_PACK_HEADS_H
#define VV_REPO_GIT_PACK_HEADS_H

#include "repo/git/repository_internal.h"

/* 1: found; 0: requested too rarely so far, not in a pack known at the start, or not valid by gitformat-pack(5):
 * then ask libgit2, which also has the error. <0: out of memory. */
int vv_pack_heads_find(vv_repository *r, const git_oid *id, git_object_t *type, uint64_t *size,
		       vv_error *err);

/* True: the object has at least this number of bytes, and these are its first. In a long chain of differences only the
 * beginnings are inflated, each once until another takes its slot in the memo. The caller zeroes the memo and frees its
 * slots, or passes NULL for a few requests. */
#define VV_PACK_BEGIN 8u
typedef struct vv_pack_begins {
	struct vv_pack_begin *slots;
} vv_pack_begins;
bool vv_pack_heads_begin(vv_repository *r, const git_oid *id, vv_pack_begins *memo,
			 uint8_t out[VV_PACK_BEGIN]);

/* Totals of a walk: commits in packs, the sum of all blob sizes, the largest one. alone: the repository consists
 * of one pack. */
typedef struct vv_pack_sum {
	uint64_t commits, blob_bytes, largest;
	bool alone;
} vv_pack_sum;
/* A substitute for walking this number of commits: is it certain that no blob is a pointer, or a torn one? Scans all
 * blobs in packs and loose objects in storage order. 1: certain; 0: one is, most objects are older than these commits,
 * or it is uncertain; <0: out of memory. all: the commits have no parents outside. */
int vv_pack_heads_plain(vv_repository *r, uint64_t commits, bool all, vv_pack_sum *out,
			vv_error *err);

/* Are its packs larger, together? */
bool vv_pack_heads_exceed(vv_repository *r, uint64_t bytes);

#endif
