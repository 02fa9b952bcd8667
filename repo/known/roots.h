/*
 * roots: everything in a repository that keeps blocks alive.
 *
 * Refs, reflogs, HEAD, the index, stash, merge state (MERGE_HEAD, ORIG_HEAD,
 * CHERRY_PICK_HEAD ...) of every worktree, what was published, and what is in incoming/.
 */
#ifndef VV_REPO_KNOWN_ROOTS_H
#define VV_REPO_KNOWN_ROOTS_H

#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* Calls fn once for each distinct root that any pointer blob in any commit
 * reachable from these names, newest commits first; path and commit (null for an
 * index and for what was published) say where it was first met. A damaged pointer is given with cid null
 * and the reason in err's place by fn's `what`; then each root that it may mean, with
 * the same `what`, whether it was given before or not. Cost follows the changes between
 * commits (equal subtrees are skipped). */
typedef vv_status (*vv_root_fn)(void *payload, const vv_cid *cid, const char *path,
				const vv_oid *commit, const char *what, vv_error *err);
/* A tree or blob that cannot be read, its id in hex, and why. */
typedef vv_status (*vv_unread_fn)(void *payload, const char *id, const char *path,
				  const vv_oid *commit, const char *what, vv_error *err);
vv_status vv_roots_each(vv_repository *r, vv_root_fn fn, void *payload, vv_error *err);
/* The same without what a fetch from a Git host has brought that has not ended, or was killed: its blocks may
 * still be missing. unread (may be NULL) gets trees and blobs that cannot be read, in the place of a failure. */
vv_status vv_roots_settled_each(vv_repository *r, vv_root_fn fn, vv_unread_fn unread, void *payload,
				vv_error *err);
/* The same of those alone that work continues with: what the index of every worktree has, and what was
 * published. */
vv_status vv_roots_in_use_each(vv_repository *r, vv_root_fn fn, void *payload, vv_error *err);

#endif
