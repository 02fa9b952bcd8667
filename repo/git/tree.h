/*
 * tree: lists the paths of a commit, and the differences between two commits. Each function also
 * accepts the id of a tree instead of a commit.
 *
 * A mode is a file mode of Git: 0100644 or 0100755 (a file), 0120000 (a symbolic link), 0160000 (a
 * submodule) or 040000 (a folder). Trees of old commits can have other modes, such as 0100664.
 */
#ifndef VV_REPO_GIT_TREE_H
#define VV_REPO_GIT_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Returns true if mode is that of a submodule. */
static inline bool vv_mode_is_submodule(uint32_t mode)
{
	return (mode & 0170000u) == 0160000u;
}

/* Returns true if mode is that of a file, not of a symbolic link. */
static inline bool vv_mode_is_file(uint32_t mode)
{
	return (mode & 0170000u) == 0100000u;
}

/* A file, submodule or folder of a commit. */
typedef struct vv_tree_entry {
	char *path; /* the complete path; owned */
	uint32_t mode;
	vv_oid id;
} vv_tree_entry;
void vv_tree_entry_clear(vv_tree_entry *e);
VV_AUTO_CLEAR(vv_tree_entry, vv_tree_entry_clear)

/* Sets *out to the entry at path in a commit; the caller clears *out with vv_tree_entry_clear, also
 * after a failure. If path is "", the entry is the top tree. VV_ENOTFOUND: the commit does not have
 * the path. */
vv_status vv_tree_entry_at(vv_repository *r, const vv_oid *commit, const char *path,
			   vv_tree_entry *out, vv_error *err);

typedef vv_status (*vv_tree_fn)(void *payload, const vv_tree_entry *e, vv_error *err);
/* Calls fn for all blobs and submodules of a commit that are at prefix or below it, sorted by path;
 * if prefix is "", for all of them. The entry is borrowed during the call. A negative result of fn
 * ends the calls, and is returned. VV_EREFUSED: the tree is too large to walk. */
vv_status vv_tree_each(vv_repository *r, const vv_oid *commit, const char *prefix, vv_tree_fn fn,
		       void *payload, vv_error *err);

struct vv_index;

/* A difference between the trees of two commits, or between a commit and the index. Renames are not
 * detected. If a side does not have the path, its mode is 0 and its id is null. */
typedef struct vv_change {
	const char *path; /* borrowed during the call */
	uint32_t old_mode, new_mode;
	vv_oid old_id, new_id;
} vv_change;
typedef vv_status (*vv_change_fn)(void *payload, const vv_change *c, vv_error *err);
/* Calls fn for the differences between the commits a and b at prefix or below it, sorted by path. a
 * may be NULL, which counts as an empty tree; b may not. A negative result of fn ends the calls,
 * and is returned. */
vv_status vv_tree_changes(vv_repository *r, const vv_oid *a, const vv_oid *b, const char *prefix,
			  vv_change_fn fn, void *payload, vv_error *err);
/* Calls fn for the differences between a commit (NULL counts as an empty tree) and the index,
 * sorted by path. x_or_null: the open index, which fn must not change; if NULL, the index is read
 * from its file. Omits paths in conflict and intended additions (git add --intent-to-add). */
vv_status vv_index_changes(vv_repository *r, const struct vv_index *x_or_null,
			   const vv_oid *commit_or_null, vv_change_fn fn, void *payload,
			   vv_error *err);

#endif
