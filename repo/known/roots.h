/*
 * roots: lists the roots of all versions that gc must keep.
 *
 * These are the published versions, and the versions reachable from refs, stash, and every work
 * tree's HEAD, index, reflogs and state files (MERGE_HEAD, ORIG_HEAD, CHERRY_PICK_HEAD ...). The
 * blocks of unfinished transfers are listed by vv_incoming_each.
 */
#ifndef VV_REPO_KNOWN_ROOTS_H
#define VV_REPO_KNOWN_ROOTS_H

#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* Is called for the root cid, with the path and the commit of its first occurrence. commit is NULL
 * if the root is from an index, or published. what is NULL, except for a damaged pointer. For a
 * damaged pointer, the function is first called with cid NULL and the reason in `what`, and then,
 * with the same `what`, for each root that the pointer may name, even for a root of an earlier
 * call. A negative result ends the calls, and is returned. */
typedef vv_status (*vv_root_fn)(void *payload, const vv_cid *cid, const char *path,
				const vv_oid *commit, const char *what, vv_error *err);
/* Is called for an object of Git that cannot be read. id: its id in hex. what: the reason. For a
 * commit or tag, path and commit are NULL. */
typedef vv_status (*vv_unread_fn)(void *payload, const char *id, const char *path,
				  const vv_oid *commit, const char *what, vv_error *err);
/* Calls fn once for each root; the roots of refs come first, those of the newest commits before
 * others. The cost depends on the changes between commits, since equal subtrees are skipped.
 * VV_EMISSING: an object that a ref or the index needs is missing. */
vv_status vv_roots_each(vv_repository *r, vv_root_fn fn, void *payload, vv_error *err);
/* Like vv_roots_each, but ignores the commits of a running or killed fetch from a Git host, whose
 * blocks may still be missing. Calls unread for each object that cannot be read; if unread
 * is NULL, such an object is an error. */
vv_status vv_roots_settled_each(vv_repository *r, vv_root_fn fn, vv_unread_fn unread, void *payload,
				vv_error *err);
/* Like vv_roots_each, but only for the roots in use: those in the indexes of all work trees, and
 * those of published versions. */
vv_status vv_roots_in_use_each(vv_repository *r, vv_root_fn fn, void *payload, vv_error *err);
/* Like vv_roots_each, but only for the roots that are named now: those in use, and those in the trees
 * of the commits at refs, at every work tree's HEAD and state files, at the stash with its older
 * entries and their parents, and at the count commits `also`, which may be missing. Reflogs and the
 * history of a commit name nothing. VV_EREFUSED: the clone is partial. */
vv_status vv_roots_named_each(vv_repository *r, const vv_oid *also, size_t count, vv_root_fn fn,
			      void *payload, vv_error *err);

#endif
