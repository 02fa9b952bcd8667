/*
 * incomplete: a mark on a repository some of whose versions lack blocks.
 *
 * With the mark, a node in the store may lack blocks below it: a fetch from peers that did not have everything sets it.
 * fsck, and a fetch of the missing blocks, remove it when nothing is missing. It is the file "incomplete" in varve's
 * folder. Without it a version can still lack all of its blocks, if git itself brought the commit.
 */
#ifndef VV_REPO_KNOWN_INCOMPLETE_H
#define VV_REPO_KNOWN_INCOMPLETE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/repository.h"

vv_status vv_repository_incomplete(vv_repository *r, bool *out, vv_error *err);
vv_status vv_repository_set_incomplete(vv_repository *r, bool incomplete, vv_error *err);
/* Takes the mark away if nothing is missing below any ref: some blocks that were missing have come. */
vv_status vv_repository_look_whole(vv_repository *r, vv_error *err);

/* Commits below which all versions are complete here, as a transfer found (git itself may bring
 * commits without blocks). Derived: the file cache/complete; if it is missing or invalid, the list
 * is empty. Inserts these before the known ones; the oldest are dropped. */
vv_status vv_complete_tips_add(vv_repository *r, const vv_oid *tips, size_t count, vv_error *err);
/* Empties the list; call this before removing blocks. */
vv_status vv_complete_tips_forget(vv_repository *r, vv_error *err);

/* Commits whose whole history was searched and names no version of a dataset, the last first: a push to a Git host looks
 * no further. Derived: the file cache/plain. *out: the caller's; a shallow repository has none. */
vv_status vv_plain_tips_read(vv_repository *r, vv_oid **out, size_t *count, vv_error *err);
vv_status vv_plain_tips_add(vv_repository *r, const vv_oid *tips, size_t count, vv_error *err);
/* After git has brought commits with their history: if the repository consists of that one pack, without any version,
 * notes this and that they are complete. *commits: their number; else 0. */
vv_status vv_plain_came(vv_repository *r, const vv_oid *ids, size_t count, uint64_t *commits,
			vv_error *err);

/* Finds whole commits: all versions that they reach are stored here, or at their source if listed as linked
 * (elsewhere.h); so check for a previous version before relying on it. Examines only commits not reached by the complete
 * tips, and adds the whole ones to them. ids are commits (or annotated tags) with their history. Unreadable pointers do
 * not count. */
typedef struct vv_whole {
	bool *ids; /* for each id; all: every one */
	bool all;
	vv_oid *edge; /* the last whole ones below those that are not */
	size_t edge_count, edge_cap;
	vv_oid *tips; /* edge, the whole ones of ids, and the tips known before */
	size_t tip_count;
} vv_whole;
vv_status vv_whole_look(vv_whole *out, vv_repository *r, const vv_oid *ids, size_t count,
			vv_error *err);
void vv_whole_clear(vv_whole *w);
VV_AUTO_CLEAR(vv_whole, vv_whole_clear)

#endif
