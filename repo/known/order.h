/*
 * order: marks the blocks that gc must keep, in the order in which gc is to store them.
 *
 * The blocks below the roots (roots.h) are marked first, beginning with the newest versions. Each
 * block is marked together with a similar block of the next newer version of the same path, if
 * there is one. The blocks on which unfinished transfers in incoming/ depend are marked last.
 */
#ifndef VV_REPO_KNOWN_ORDER_H
#define VV_REPO_KNOWN_ORDER_H

#include <stdint.h>

#include "base/error.h"
#include "base/progress.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/store.h"
#include "repo/git/repository.h"

/* The payload of vv_keep_mark. */
typedef struct vv_keep {
	vv_repository *repo;
	const vv_progress *progress; /* may be NULL */
	/* versions that are not kept, since remotes store them, unless they are in use
	 * (vv_roots_in_use_each); may be NULL */
	const vv_cid_set *drop;
	/* versions that were removed from the history: blocks that no kept version needs are not
	 * kept for a time; may be NULL */
	const vv_cid_set *unnamed;
	/* set by each call of vv_keep_mark: the number of kept versions */
	uint64_t roots;
} vv_keep;

/* A vv_gc_mark_fn, whose payload is a vv_keep: calls vv_gc_mark for each block to keep, and
 * vv_gc_expend for the blocks of versions in `drop` and `unnamed`. Ignores pointers (repo/git/pointer.h) that
 * cannot be read, and missing blocks. VV_ECORRUPT, with a hint: a reachable node is damaged, so
 * that the blocks below it are unknown. */
vv_status vv_keep_mark(void *payload, vv_gc *gc, vv_error *err);

#endif
