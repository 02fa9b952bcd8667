/*
 * incomplete: sets and reads the mark on a repository in which versions of datasets
 * (repo/git/index/attributes.h) may lack blocks, and lists commits whose versions are known to be
 * complete.
 *
 * The mark is the file "incomplete" in varve's folder. A fetch from peers that lacked blocks sets
 * the mark. fsck, or a fetch of the missing blocks, removes the mark when no block is missing. If
 * the mark is set, a stored node does not imply that the blocks below it are stored. If the mark is
 * not set, all blocks of a version can still be missing: if git itself fetched the commit.
 */
#ifndef VV_REPO_KNOWN_INCOMPLETE_H
#define VV_REPO_KNOWN_INCOMPLETE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Sets *out to true if the repository has the mark. */
vv_status vv_repository_incomplete(vv_repository *r, bool *out, vv_error *err);
/* Sets or removes the mark. */
vv_status vv_repository_set_incomplete(vv_repository *r, bool incomplete, vv_error *err);
/* Removes the mark if all versions that are reachable from refs and HEAD have all their blocks.
 * Call this after missing blocks were received. */
vv_status vv_repository_look_whole(vv_repository *r, vv_error *err);

/* Adds the count commits `tips` to the front of the list of complete tips: commits whose whole
 * history has only complete versions, as found by varve's transfers. (After a transfer by git
 * itself, blocks of versions can be missing.) The list is a cache, the file cache/complete; if the
 * file is missing or invalid, the list is empty. The oldest entries of a long list are dropped. */
vv_status vv_complete_tips_add(vv_repository *r, const vv_oid *tips, size_t count, vv_error *err);
/* Empties the list of complete tips. Call this before removing blocks. */
vv_status vv_complete_tips_forget(vv_repository *r, vv_error *err);

/* Sets *out to an array of the *count plain tips: commits whose whole history has no version of a
 * dataset, according to an earlier search. A push to a Git host (a Git server without varve) does
 * not search the history of these commits again. The list is a cache, the file cache/plain, newest
 * entry first. The caller frees *out with vv_free. In a shallow repository, the list is empty. */
vv_status vv_plain_tips_read(vv_repository *r, vv_oid **out, size_t *count, vv_error *err);
/* Adds the count commits `tips` to the list of plain tips. */
vv_status vv_plain_tips_add(vv_repository *r, const vv_oid *tips, size_t count, vv_error *err);
/* Examines the repository after git has fetched the count commits ids with their history. If the
 * repository consists of a single pack without any version of a dataset, adds ids to the lists of
 * plain and of complete tips, and sets *commits to the number of commits in the pack; else sets
 * *commits to 0. */
vv_status vv_plain_came(vv_repository *r, const vv_oid *ids, size_t count, uint64_t *commits,
			vv_error *err);

/* The result of vv_whole_look. A commit is whole if the blocks of all versions in its history are
 * stored in this repository, or at their source if elsewhere.h lists the version as linked. A
 * caller that needs a previous version must therefore check that the version is stored. */
typedef struct vv_whole {
	bool *ids;    /* for each of ids: true if it is whole */
	bool all;     /* every id is whole */
	vv_oid *edge; /* the whole parents of commits that are not whole */
	size_t edge_count, edge_cap;
	vv_oid *tips; /* edge, the whole commits of ids, and the complete tips from before the call */
	size_t tip_count;
} vv_whole;
/* Determines which of ids, commits or annotated tags, are whole, and sets *out, which the caller
 * clears with vv_whole_clear. Examines only commits that are not reachable from complete tips, and
 * adds whole commits to the list of complete tips. Ignores pointers that cannot be read. */
vv_status vv_whole_look(vv_whole *out, vv_repository *r, const vv_oid *ids, size_t count,
			vv_error *err);
void vv_whole_clear(vv_whole *w);
VV_AUTO_CLEAR(vv_whole, vv_whole_clear)

#endif
