/*
 * order: the blocks that gc must keep, in order: everything below every root of the repository,
 * newest version first, each block paired with the one of the next newer version that it resembles;
 * then the bases of differences in incoming/.
 */
#ifndef VV_REPO_KNOWN_ORDER_H
#define VV_REPO_KNOWN_ORDER_H

#include <stdint.h>

#include "base/error.h"
#include "base/progress.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/store.h"
#include "repo/git/repository.h"

typedef struct vv_keep {
	vv_repository *repo;
	const vv_progress *progress; /* may be NULL */
	const vv_cid_set *drop;      /* versions that others keep, or NULL */
	uint64_t roots;              /* that are kept, of the last pass */
} vv_keep;

/* A vv_gc_mark_fn; payload is the vv_keep. VV_ECORRUPT: a reachable node is damaged, so that the
 * blocks below it are unknown. A pointer that cannot be read does not stop it; neither do blocks
 * that are missing here. */
vv_status vv_keep_mark(void *payload, vv_gc *gc, vv_error *err);

#endif
