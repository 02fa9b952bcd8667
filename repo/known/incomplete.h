/*
 * incomplete: a mark on a repository some of whose versions lack blocks.
 *
 * Where it stands, "the store has a node" does not mean that all below it is there too: a
 * fetch from peers that did not have everything leaves it. fsck, and a fetch that brings what was missing, take it away
 * when they find nothing missing. It is the file "incomplete" in varve's folder. Without it, too, a version can
 * lack all of its blocks: where git itself brought the commit.
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

/* Commits below which every version of a dataset is known to be complete here: what a transfer
 * found (commits may also come by git itself, without blocks). Derived: the file cache/complete;
 * one that is missing or makes no sense gives none. Puts these before those that are known, of
 * which the oldest are forgotten. */
vv_status vv_complete_tips_add(vv_repository *r, const vv_oid *tips, size_t count, vv_error *err);
/* For whoever removes blocks: nothing is known to be complete any more. */
vv_status vv_complete_tips_forget(vv_repository *r, vv_error *err);

/* Commits whose whole history was searched and names no version of a dataset, the last first: a push to a Git host looks
 * no further. Derived: the file cache/plain. *out: the caller's; a shallow repository has none. */
vv_status vv_plain_tips_read(vv_repository *r, vv_oid **out, size_t *count, vv_error *err);
vv_status vv_plain_tips_add(vv_repository *r, const vv_oid *tips, size_t count, vv_error *err);
/* After git has brought commits with their history: is that one pack and all there is here, and has it no version of a
 * dataset? Then they are noted as such, and as complete, and *commits is how many there are; else 0. */
vv_status vv_plain_came(vv_repository *r, const vv_oid *ids, size_t count, uint64_t *commits,
			vv_error *err);

/* Which commits are whole: the blocks of all versions of datasets that they reach are here, or at their source where the
 * version is noted as linked (elsewhere.h): so a version before another must itself be looked for before it is relied on.
 * Looks only at what the complete tips do not reach, and adds what it finds to them. ids are
 * commits (or annotated tags) that are here with their history. A pointer that cannot be read
 * is none. */
typedef struct vv_whole {
	bool *ids; /* for each id; all: every one */
	bool all;
	vv_oid *edge; /* the last whole ones below those that are not */
	size_t edge_count, edge_cap;
	vv_oid *tips; /* edge, the whole ones of ids, and what was known before */
	size_t tip_count;
} vv_whole;
vv_status vv_whole_look(vv_whole *out, vv_repository *r, const vv_oid *ids, size_t count,
			vv_error *err);
void vv_whole_clear(vv_whole *w);
VV_AUTO_CLEAR(vv_whole, vv_whole_clear)

#endif
