/*
 * incomplete: reads and sets the mark of a repository in which versions of datasets
 * (repo/git/index/attributes.h) may lack blocks, and lists commits whose versions are complete.
 *
 * The mark is the file "incomplete" in varve's folder. It is set after a fetch from peers that
 * lacked blocks, and after a pack was lost. fsck, or a fetch of the missing blocks, removes the
 * mark when no block is missing. If the mark is set, the blocks below a stored node may be missing.
 * If the mark is not set, they are stored; but a version whose commit git itself fetched may be
 * missing as a whole.
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
/* Sets or removes the mark. Setting it is durable. */
vv_status vv_repository_set_incomplete(vv_repository *r, bool incomplete, vv_error *err);
/* Removes the mark if all commits that refs and HEAD name are whole (vv_whole_look). Leaves the
 * mark if the history cannot be read. Call this after missing blocks were received. */
vv_status vv_repository_look_whole(vv_repository *r, vv_error *err);

/* Adds the count commits `tips` to the front of the list of complete tips. A complete tip is a
 * commit in whose whole history every version is complete, as a transfer of varve or vv_whole_look
 * has found. The list is a cache (kept_commits.h), the file cache/complete. */
vv_status vv_complete_tips_add(vv_repository *r, const vv_oid *tips, size_t count, vv_error *err);
/* Empties the list of complete tips. Call this before you remove blocks. */
vv_status vv_complete_tips_forget(vv_repository *r, vv_error *err);

/* Sets *out to the list of the plain tips, the last added first. A plain tip is a commit
 * whose whole history has no version of a dataset, as an earlier search has found. A push to a Git
 * host (a Git server without varve) does not search the history of plain tips again. The list is a
 * cache (kept_commits.h), the file cache/plain; in a shallow repository, the list is empty. The
 * caller clears *out. */
vv_status vv_plain_tips_read(vv_repository *r, vv_oids *out, vv_error *err);
/* Adds the count commits `tips` to the front of the list of plain tips. Does nothing in a shallow
 * repository. */
vv_status vv_plain_tips_add(vv_repository *r, const vv_oid *tips, size_t count, vv_error *err);
/* Examines the repository after git has fetched the count commits ids with their history. If the
 * repository consists of a single pack, and the pack has no version of a dataset, adds ids to the
 * plain tips and to the complete tips, and sets *commits to the number of commits in the pack.
 * Otherwise, sets *commits to 0. */
vv_status vv_plain_came(vv_repository *r, const vv_oid *ids, size_t count, uint64_t *commits,
			vv_error *err);

/* The result of vv_whole_look. A commit is whole if every version in its history is stored in this
 * repository with all its blocks, is linked (vv_elsewhere_links), or has expired. So a whole commit can
 * have linked and expired versions that are not stored here. */
typedef struct vv_whole {
	/* Set by the caller, for a fetch: an expired version that is not stored does not count as
	 * complete if a tree of ids has it, since it may have come back. */
	bool asks;
	bool *ids;    /* for each of ids: true if it is whole */
	bool all;     /* every id is whole */
	vv_oids edge; /* the whole parents of commits that are not whole */
	/* edge, those of ids that are whole, and the complete tips from before the call */
	vv_oids tips;
} vv_whole;
/* Determines which of the count ids, commits or annotated tags, are whole, and sets *out, which the
 * caller clears with vv_whole_clear, also after a failure. Examines only commits that are not
 * reachable from complete tips, and adds whole commits to the complete tips. If the mark is set,
 * examines all commits and all blocks, and adds nothing. If a pack was lost, sets the mark, and
 * does the same. Ignores pointers that cannot be read. */
vv_status vv_whole_look(vv_whole *out, vv_repository *r, const vv_oid *ids, size_t count,
			vv_error *err);
void vv_whole_clear(vv_whole *w);
VV_AUTO_CLEAR(vv_whole, vv_whole_clear)

#endif
