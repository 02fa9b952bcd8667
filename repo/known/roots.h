/*
 * roots: lists the roots of all versions that gc must keep.
 *
 * The versions are those reachable from refs, reflogs, HEAD, index, stash and merge state
 * (MERGE_HEAD, ORIG_HEAD, CHERRY_PICK_HEAD ...) of every work tree, published versions, and
 * versions in incoming/.
 */
#ifndef VV_REPO_KNOWN_ROOTS_H
#define VV_REPO_KNOWN_ROOTS_H

#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* Is called for the root cid, with the path and commit of its first occurrence; commit is null for
 * an index and a published version. `what` is NULL, unless a pointer is damaged. For a damaged
 * pointer, fn is called with cid NULL and the reason in `what`; then, with the same `what`, for
 * each root that the pointer may name, even if fn was called for this root before. */
typedef vv_status (*vv_root_fn)(void *payload, const vv_cid *cid, const char *path,
				const vv_oid *commit, const char *what, vv_error *err);
/* Is called for a tree or blob that cannot be read, with its id in hex, and the reason in
 * `what`. */
typedef vv_status (*vv_unread_fn)(void *payload, const char *id, const char *path,
				  const vv_oid *commit, const char *what, vv_error *err);
/* Calls fn once for each root, those of the newest commits first. The cost depends on the changes between
 * commits, since equal subtrees are skipped. */
vv_status vv_roots_each(vv_repository *r, vv_root_fn fn, void *payload, vv_error *err);
/* Calls fn as vv_roots_each does, but ignores the commits of a running or killed fetch from a Git
 * host, whose blocks may still be missing. Calls unread for unreadable trees and blobs; if unread
 * is NULL, such an object is an error. */
vv_status vv_roots_settled_each(vv_repository *r, vv_root_fn fn, vv_unread_fn unread, void *payload,
				vv_error *err);
/* Calls fn as vv_roots_each does, but only for the roots in use: those in the indexes of all work
 * trees, and published versions. */
vv_status vv_roots_in_use_each(vv_repository *r, vv_root_fn fn, void *payload, vv_error *err);

#endif
