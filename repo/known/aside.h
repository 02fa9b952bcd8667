/*
 * aside: counts the blocks that only packs that gc has set aside have.
 */
#ifndef VV_REPO_KNOWN_ASIDE_H
#define VV_REPO_KNOWN_ASIDE_H

#include <stdint.h>

#include "repo/blocks/store.h"

/* The blocks that are set aside. */
typedef struct vv_aside {
	uint64_t blocks; /* number of blocks */
	/* length of their records. It is longer than in packs in use, where they may be differences
	 * from other blocks */
	uint64_t bytes;
	/* the time when a gc with the same grace_sec can remove all of them; 0: no blocks, or never */
	int64_t until;
} vv_aside;

/* Sets *out to the blocks that are set aside in s. Uses grace_sec and young_sec of opts. */
vv_status vv_aside_count(vv_aside *out, vv_store *s, const vv_gc_options *opts, vv_error *err);

#endif
