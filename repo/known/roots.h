/*
 * roots: everything in a repository that keeps blocks alive.
 *
 * Refs, reflogs, HEAD, the index, stash, merge state (MERGE_HEAD, ORIG_HEAD, CHERRY_PICK_HEAD ...)
 * of every worktree, published versions, and incoming/.
 */
#ifndef VV_REPO_KNOWN_ROOTS_H
#define VV_REPO_KNOWN_ROOTS_H

#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* Calls fn once for each distinct root that any pointer blob in any commit reachable from these names,
 * newest commits first; path and commit (null for an index and a published version) are its first
 * occurrence. For a damaged pointer fn is called with cid null and the reason in `what`; then with each
 * root that it may mean, with the same `what`, also for roots of earlier calls. Cost follows the changes
 * between commits (equal subtrees are skipped). */
typedef vv_status (*vv_root_fn)(void *payload, const vv_cid *cid, const char *path,
				const vv_oid *commit, const char *what, vv_error *err);
/* A tree or blob that cannot be read, its id in hex, and why. */
typedef vv_status (*vv_unread_fn)(void *payload, const char *id, const char *path,
				  const vv_oid *commit, const char *what, vv_error *err);
vv_status vv_roots_each(vv_repository *r, vv_root_fn fn, void *payload, vv_error *err);
/* The same without the commits of a running or killed fetch from a Git host, whose blocks may still be missing.
 * unread (may be NULL) is called for unreadable trees and blobs, instead of a failure. */
vv_status vv_roots_settled_each(vv_repository *r, vv_root_fn fn, vv_unread_fn unread, void *payload,
				vv_error *err);
/* The same for the roots in use: of every worktree's index, and published ones. */
vv_status vv_roots_in_use_each(vv_repository *r, vv_root_fn fn, void *payload, vv_error *err);

#endif
