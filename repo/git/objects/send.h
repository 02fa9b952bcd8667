/*
 * send: finds the part of Git's history that a peer does not have: the objects, and the versions of
 * datasets (repo/git/index/attributes.h) in the commits.
 *
 * Independent of protocols: transport calls these functions and sends the results.
 */
#ifndef VV_REPO_GIT_OBJECTS_SEND_H
#define VV_REPO_GIT_OBJECTS_SEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/store.h"
#include "repo/git/history/expired.h"
#include "repo/git/objects/git_object.h"
#include "repo/git/repository.h"

/* A linked version is a version whose blocks are at a URL, its source, and not in the repository:
 * .varveconfig has the URL. In the list of elsewhere.h, the name of its remote is this prefix,
 * followed by the URL. */
#define VV_LINK_SCHEME "link:"

/* Calls fn for every object that is reachable from wants (commits or annotated tags) and not from
 * haves (commits; missing haves are ignored), in the order of git_object.h. An object that is in
 * new commits, and not at the same path in one of their parents, is passed even if the haves have
 * it elsewhere. The cost depends on the number of new commits, since equal subtrees are skipped.
 * Sets *commits to the number of new commits; commits may be NULL. VV_EREFUSED: the repository is
 * shallow (with the hint "git fetch --unshallow"), or a blob has more than blob_max bytes.
 * VV_ENOTFOUND: a want is missing. VV_EMISSING: an object below a want is missing. */
vv_status vv_git_objects_each(vv_repository *r, const vv_oid *wants, size_t want_count,
			      const vv_oid *haves, size_t have_count, uint64_t blob_max,
			      vv_git_object_fn fn, void *payload, uint64_t *commits, vv_error *err);

typedef vv_status (*vv_git_pack_fn)(void *payload, const void *bytes, size_t len, vv_error *err);
/* Calls fn with the pieces of a Git pack ('git pack-objects --thin') that has the objects of
 * vv_git_objects_each. This is faster for histories of ordinary files, since git reuses the data of
 * existing packs. Ignores missing haves. VV_EREFUSED: the repository is shallow. VV_ECORRUPT: git
 * failed. */
vv_status vv_git_pack_send(vv_repository *r, const vv_oid *wants, size_t want_count,
			   const vv_oid *haves, size_t have_count, vv_git_pack_fn fn, void *payload,
			   vv_error *err);

/* A dataset version that the peer does not have. */
typedef struct vv_new_root {
	vv_cid root,
		/* the root of the file in the first parent, at the same path or at the path before
		 * a rename. It was passed to fn earlier, or is in haves. A null CID: no such root,
		 * or the root of a linked or expired version, whose blocks both sides may lack */
		before;
	bool known_before; /* `before` is in the history of haves, so that the peer has it */
	uint64_t bytes;    /* size of the version's file */
	const char *path;  /* borrowed for the call */
	/* the source of a linked version (VV_LINK_SCHEME), whose blocks are not sent; NULL: not
	 * linked. Borrowed for the call */
	const char *link;
	/* only determined for versions that a list of expired versions names
	 * (repo/git/history/expired.h): a tree of wants has it. It may have come back after its
	 * rows expired, so it is sent and fetched if somebody has its blocks */
	bool current;
	/* a list of the repository names it, unless it is current and stored there: then it came
	 * back, and is a version as any other */
	bool expired;
	vv_oid commit; /* a new commit that has the version */
} vv_new_root;
/* Returns true if the blocks of n are not sent from `store`, and nothing may require them: n is
 * linked, or n has expired and is not stored, or the lists `there` of the receiver name it and it is
 * not current. there may be NULL. */
bool vv_new_root_is_left(const vv_new_root *n, vv_store *store, const vv_expired *there);
typedef vv_status (*vv_new_root_fn)(void *payload, const vv_new_root *n, vv_error *err);
/* Calls fn once for each dataset version (root) that new commits of wants bring, oldest commits
 * first. A version that the haves have at another path, or only in older commits, may be passed,
 * too. If a committed blob is a damaged pointer (repo/git/pointer.h), or a pointer of a later
 * version, skips the blob, and warns r's listener (vv_repository_notes) once, for at most eight
 * blobs. */
vv_status vv_new_roots_each(vv_repository *r, const vv_oid *wants, size_t want_count,
			    const vv_oid *haves, size_t have_count, vv_new_root_fn fn,
			    void *payload, vv_error *err);

/* The totals of vv_new_roots_sum. */
typedef struct vv_new_sum {
	uint64_t commits; /* number of commits that the peer does not have */
	/* bytes of new blobs that are not pointers; a blob that was added twice counts twice; if
	 * the new commits have no pointers at all, old blobs may be counted, too */
	uint64_t plain_bytes;
} vv_new_sum;
/* Calls fn as vv_new_roots_each does, and sets *sum to totals of the new commits. fn may be
 * NULL. lists: more lists, for the member `current`; may be NULL. */
vv_status vv_new_roots_sum(vv_repository *r, const vv_oid *wants, size_t want_count,
			   const vv_oid *haves, size_t have_count, const vv_expired *lists,
			   vv_new_root_fn fn, void *payload, vv_new_sum *sum, vv_error *err);

/* Adds to *out the roots of the pointers in the trees of the count commits or tags ids. Skips objects
 * that are missing or cannot be read. */
vv_status vv_tree_roots(vv_cid_set *out, vv_repository *r, const vv_oid *ids, size_t count,
			vv_error *err);

typedef vv_status (*vv_linked_fn)(void *payload, const vv_cid *root, const char *source,
				  vv_error *err);
/* Calls fn for each linked version in the .varveconfig of a commit, with the version's source
 * (URL). root and source are borrowed for the call. A .varveconfig that is not valid, or has more
 * than 1 MiB, links nothing. */
vv_status vv_linked_each(vv_repository *r, const vv_oid *commit, vv_linked_fn fn, void *payload,
			 vv_error *err);

/* Sets out[i] to true if ids[i], a commit or tag object, is reachable from a ref; the repository
 * then also has all objects below it. If commits have wrong times, out[i] can be false for a
 * reachable commit (vv_tip_walk_find). */
vv_status vv_commits_known(vv_repository *r, const vv_oid *ids, size_t count, bool *out,
			   vv_error *err);

/* Sets *out to the number of commits that are reachable from wants and not from haves. */
vv_status vv_commits_count(vv_repository *r, const vv_oid *wants, size_t want_count,
			   const vv_oid *haves, size_t have_count, uint64_t *out, vv_error *err);

/* Sets *out to the number of commits that are reachable from ids and not from any branch, tag or
 * tracking branch. */
vv_status vv_commits_new(vv_repository *r, const vv_oid *ids, size_t count, uint64_t *out,
			 vv_error *err);

/* Sets *out to a list of distinct commits, at most max, to offer to a peer in a
 * negotiation. First come the tips of all refs, then ancestors of the tips, at distances 1, 2, 4, 8
 * ... along all parents; both newest first. Visits at most `visits` commits; 0: at most 200,000.
 * Sets *all to false if max, or a limit `visits` other than 0, may have cut the sample short; else
 * to true. The caller clears *out, also after a failure. */
vv_status vv_commits_sample(vv_repository *r, size_t max, uint32_t visits, vv_oids *out, bool *all,
			    vv_error *err);

/* Sets *out to true if the new part of the history is bounded: all wants descend from commits of
 * commons, and no new commit is a root commit. */
vv_status vv_commits_bounded(vv_repository *r, const vv_oid *wants, size_t want_count,
			     const vv_oid *commons, size_t common_count, bool *out, vv_error *err);

/* Replaces the content of out with the bytes of the Git object id. VV_ENOTFOUND: no such commit or
 * tag. VV_EMISSING: no such tree or blob. VV_EUSAGE: the object has another type. VV_EREFUSED: the
 * object has more than max bytes. */
vv_status vv_git_object_bytes(vv_repository *r, vv_git_type type, const vv_oid *id, uint64_t max,
			      vv_buf *out, vv_error *err);

#endif
