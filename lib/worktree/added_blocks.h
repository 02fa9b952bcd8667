/*
 * added_blocks: counts the blocks that a version of a dataset added to the previous version.
 *
 * Compares the blocks that are reachable from two roots. Reads neither leaves (blocks without
 * links), nor blocks that are reachable from both roots.
 */
#ifndef VV_LIB_WORKTREE_ADDED_BLOCKS_H
#define VV_LIB_WORKTREE_ADDED_BLOCKS_H

#include <stdint.h>

#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/store.h"

/* One value = the result of one count. */
typedef struct vv_growth {
	uint64_t blocks; /* number of blocks that only the new version has, including its root */
	uint64_t leaves; /* number of row groups and chunks among them */
	uint64_t stored; /* size of these blocks in the packs, in bytes */
} vv_growth;

/* Sets *out to the count of the blocks that are reachable from *new_root, but not from *old. If
 * `old` is NULL or a null CID, counts all blocks of new_root. VV_EMISSING: a block is missing in
 * this repository. */
vv_status vv_growth_count(vv_growth *out, vv_store *s, const vv_cid *old, const vv_cid *new_root,
			  vv_error *err);

#endif
