/*
 * send: sends the part of Git's history that a peer lacks: objects, and the versions of datasets in
 * it.
 *
 * It does not depend on a protocol: transport calls it, and sends.
 */
#ifndef VV_REPO_GIT_OBJECTS_SEND_H
#define VV_REPO_GIT_OBJECTS_SEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/objects/git_object.h"
#include "repo/git/repository.h"

/* In the list of keepers (elsewhere.h), the name of a linked version's keeper is this prefix and the URL. */
#define VV_LINK_SCHEME "link:"

/* Every object that `wants` (commits, or annotated tags' own ids) reach and `haves`
 * (commits; ids that are missing here are ignored) do not; and some that the haves had once and
 * their last commits have no longer, when content came back. Cost follows the new commits:
 * equal subtrees are skipped. VV_EREFUSED for a shallow repository, with the hint "git fetch
 * --unshallow"; blobs above blob_max bytes are refused too. */
vv_status vv_git_objects_each(vv_repository *r, const vv_oid *wants, size_t want_count,
			      const vv_oid *haves, size_t have_count, uint64_t blob_max,
			      vv_git_object_fn fn, void *payload, uint64_t *commits, vv_error *err);

/* The same objects as a pack of Git's ('git pack-objects --thin'), in pieces: for histories of ordinary files, for
 * which git reuses earlier packs. Haves that are missing here are ignored. VV_EREFUSED for a shallow repository. */
typedef vv_status (*vv_git_pack_fn)(void *payload, const void *bytes, size_t len, vv_error *err);
vv_status vv_git_pack_send(vv_repository *r, const vv_oid *wants, size_t want_count,
			   const vv_oid *haves, size_t have_count, vv_git_pack_fn fn, void *payload,
			   vv_error *err);

/* Are the packs of Git's objects here larger, together? */
bool vv_git_packs_exceed(vv_repository *r, uint64_t bytes);

/* Every dataset version (root) that commits of wants name and no commit of haves' edge does, oldest commits first, each
 * distinct root once. before: the root at the same path in the first parent (or at the path renamed to it), passed to fn
 * earlier or in haves; null: none. known_before: before is in haves' history: the peer has it. A committed blob that is a
 * damaged pointer is noted to r's listener once, and names no version. link: the source of a linked version's blocks
 * (new_roots.c), which are not sent; NULL: not linked. A linked version is never `before`, since both sides may lack its
 * blocks. */
typedef struct vv_new_root {
	vv_cid root, before;
	bool known_before;
	uint64_t bytes; /* of its file */
	const char *path;
	const char *link; /* borrowed for the call, as path is */
	vv_oid commit;
} vv_new_root;
typedef vv_status (*vv_new_root_fn)(void *payload, const vv_new_root *n, vv_error *err);
vv_status vv_new_roots_each(vv_repository *r, const vv_oid *wants, size_t want_count,
			    const vv_oid *haves, size_t have_count, vv_new_root_fn fn,
			    void *payload, vv_error *err);

/* The same, and what else the range has; fn may be NULL. */
typedef struct vv_new_sum {
	uint64_t commits;
	/* of new blobs that are not pointers; one that came twice counts twice, and if there are no pointers at all,
	 * old ones may count, too */
	uint64_t plain_bytes;
} vv_new_sum;
vv_status vv_new_roots_sum(vv_repository *r, const vv_oid *wants, size_t want_count,
			   const vv_oid *haves, size_t have_count, vv_new_root_fn fn, void *payload,
			   vv_new_sum *sum, vv_error *err);

/* The versions that the .varveconfig of a commit links, with their sources; both borrowed. */
typedef vv_status (*vv_linked_fn)(void *payload, const vv_cid *root, const char *source,
				  vv_error *err);
vv_status vv_linked_each(vv_repository *r, const vv_oid *commit, vv_linked_fn fn, void *payload,
			 vv_error *err);

/* Is the commit (or tag object) here, with all that it reaches? (Reachable from a ref; other
 * objects that lie about do not count.) Answers for many at once: out[i]. */
vv_status vv_commits_known(vv_repository *r, const vv_oid *ids, size_t count, bool *out,
			   vv_error *err);

/* How many commits wants reach and haves do not. */
vv_status vv_commits_count(vv_repository *r, const vv_oid *wants, size_t want_count,
			   const vv_oid *haves, size_t have_count, uint64_t *out, vv_error *err);

/* How many commits ids reach that no branch, tag or tracking branch does. */
vv_status vv_commits_new(vv_repository *r, const vv_oid *ids, size_t count, uint64_t *out,
			 vv_error *err);

/* Commits to offer a peer in a negotiation: first the tips of all refs, then their ancestors at
 * distances 1, 2, 4, 8 ... along first parents and the rest, without repeats, newest first; at most
 * max. Visits at most `visits` commits (0: 200,000), which bound the cost; *all: a larger limit
 * would add none. *out is the caller's (vv_free). */
vv_status vv_commits_sample(vv_repository *r, size_t max, uint32_t visits, vv_oid **out,
			    size_t *count, bool *all, vv_error *err);

/* Do all of wants descend from some of commons, without any other root commit (so that the new part
 * is bounded)? */
vv_status vv_commits_bounded(vv_repository *r, const vv_oid *wants, size_t want_count,
			     const vv_oid *commons, size_t common_count, bool *out, vv_error *err);

/* The bytes of any Git object, in place of out's content. VV_ENOTFOUND; VV_EUSAGE when it is of another type;
 * VV_EREFUSED above max bytes. */
vv_status vv_git_object_bytes(vv_repository *r, vv_git_type type, const vv_oid *id, uint64_t max,
			      vv_buf *out, vv_error *err);

#endif
