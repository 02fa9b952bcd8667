/*
 * order: marks the blocks that gc must keep, in the order in which gc stores them.
 *
 * First come all blocks below the roots (roots.h), beginning with the newest versions. Each block
 * is marked with a similar block of the next newer version, if such a block exists. Then come the
 * blocks on which unfinished transfers in incoming/ depend.
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
	/* versions whose blocks are not marked, since remotes store them; may be NULL */
	const vv_cid_set *drop;
	/* the number of kept roots; set by each call of vv_keep_mark */
	uint64_t roots;
} vv_keep;

/* Calls vv_gc_mark for all blocks to keep. A vv_gc_mark_fn, whose payload is a vv_keep. Ignores
 * pointers (repo/git/pointer.h) that cannot be read, and missing blocks. VV_ECORRUPT: a reachable
 * node is damaged, so that the blocks below it are unknown. */
vv_status vv_keep_mark(void *payload, vv_gc *gc, vv_error *err);

#endif
