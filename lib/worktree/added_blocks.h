/*
 * added_blocks: the blocks that one version of a dataset added to the previous one.
 *
 * Compares which blocks two roots reach; what both reach is not read, nor are leaves.
 */
#ifndef VV_LIB_WORKTREE_ADDED_BLOCKS_H
#define VV_LIB_WORKTREE_ADDED_BLOCKS_H

#include <stdint.h>

#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/store.h"

typedef struct vv_growth {
	uint64_t blocks; /* that only the new version has, its root among them */
	uint64_t leaves; /* of these: row groups and chunks */
	uint64_t stored; /* bytes they take in the packs */
} vv_growth;

/* old may be NULL or null: everything is new. VV_EMISSING when nodes are missing here. */
vv_status vv_growth_count(vv_growth *out, vv_store *s, const vv_cid *old, const vv_cid *new_root,
			  vv_error *err);

#endif
