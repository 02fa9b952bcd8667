/*
 * copy: copies blocks of a store into an unfinished pack. Internal to repo.
 */
#ifndef VV_REPO_BLOCKS_COPY_H
#define VV_REPO_BLOCKS_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "repo/blocks/chain.h"
#include "repo/blocks/cid_map.h"

/* A difference is small for any block if it has at most the block's length / VV_CLEARLY_SMALL. */
#define VV_CLEARLY_SMALL 64u

/* Makes the item a difference against base. *cost: the stored bytes plus the additional bytes of the header, to be
 * compared with the stored bytes of another form. *cost 0: no difference was made, since base cannot be read (which is
 * not a failure), its chain is as long as allowed, or the difference would be as large as the block. */
vv_status vv_item_diff(const vv_pack_item *item, const vv_source *src, vv_coder *c,
		       const vv_cid *base, vv_pack_item *out, size_t *cost, vv_error *err);

/* Copies a block into an unfinished pack: as its stored difference if the pack has its base already, else alone or as a
 * difference, whichever is smaller: against the block that was a difference against this one, or against resembles (may
 * be NULL). hints stores these reversals. *record_len 0: the pack has the block already, or (also VV_OK) no copy is
 * readable, then *lost is set. */
vv_status vv_copy_block(const vv_source *from, vv_pack_writer *to, vv_cid_map *hints,
			const vv_cid *cid, const vv_cid *resembles, uint64_t *record_len,
			bool *lost, vv_error *err);

#endif
