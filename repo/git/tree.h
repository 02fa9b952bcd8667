/*
 * tree: the paths of a commit, and the differences of two commits. Each function accepts a tree's
 * id in place of a commit's.
 *
 * mode is Git's (0100644, 0100755, 0120000, 0160000, 040000).
 */
#ifndef VV_REPO_GIT_TREE_H
#define VV_REPO_GIT_TREE_H

#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/repository.h"

typedef struct vv_tree_entry {
	char *path; /* whole path; owned */
	uint32_t mode;
	vv_oid id;
} vv_tree_entry;
void vv_tree_entry_clear(vv_tree_entry *e);
VV_AUTO_CLEAR(vv_tree_entry, vv_tree_entry_clear)

/* Gets the entry at path in a commit; "" is its top tree. VV_ENOTFOUND: the commit does not have path. */
vv_status vv_tree_entry_at(vv_repository *r, const vv_oid *commit, const char *path,
			   vv_tree_entry *out, vv_error *err);

/* Calls fn for all blobs and submodules of a commit at or below prefix ("" for all), sorted by path. Stops and
 * returns the status if fn returns a negative one. */
typedef vv_status (*vv_tree_fn)(void *payload, const vv_tree_entry *e, vv_error *err);
vv_status vv_tree_each(vv_repository *r, const vv_oid *commit, const char *prefix, vv_tree_fn fn,
		       void *payload, vv_error *err);

struct vv_index;

/* The differences of two commits' trees (a may be NULL: empty), or of a commit and the index; sorted by path; no
 * rename detection. old or new mode is 0 if the path is absent. Paths in conflict are not reported by
 * vv_index_changes (vv_index_at shows them), nor are intended additions. x_or_null: the open index, which fn does not
 * change; NULL: its file is read. */
typedef struct vv_change {
	const char *path; /* borrowed during the call */
	uint32_t old_mode, new_mode;
	vv_oid old_id, new_id;
} vv_change;
typedef vv_status (*vv_change_fn)(void *payload, const vv_change *c, vv_error *err);
vv_status vv_tree_changes(vv_repository *r, const vv_oid *a, const vv_oid *b, const char *prefix,
			  vv_change_fn fn, void *payload, vv_error *err);
vv_status vv_index_changes(vv_repository *r, const struct vv_index *x_or_null,
			   const vv_oid *commit_or_null, vv_change_fn fn, void *payload,
			   vv_error *err);

#endif
