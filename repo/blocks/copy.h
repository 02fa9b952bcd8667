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

/* A difference of at most the block's length / VV_CLEARLY_SMALL bytes is used without comparing it
 * with other forms. */
#define VV_CLEARLY_SMALL 64u

/* Sets *out to the item packed as a difference from base; its packed bytes are borrowed from c
 * until the next difference. Sets *cost to the number of stored bytes plus the additional bytes of
 * the header, to be compared with the stored bytes of another form. Sets *cost to 0 and returns
 * VV_OK if no difference was made. The reasons are: base cannot be read, the chain of base is
 * already as long as allowed, or the difference would be as large as the block. */
vv_status vv_item_diff(const vv_pack_item *item, const vv_chain_packs *src, vv_coder *c,
		       const vv_cid *base, vv_pack_item *out, size_t *cost, vv_error *err);

/* Copies the block cid of `from` into the unfinished pack of `to`. If the block is stored as a
 * difference whose base is already in the pack, copies the difference. Otherwise chooses the
 * smallest form: the block alone; a difference from the block `resembles` (may be NULL); or a
 * difference from a newer block, which was a difference from this block, and is already in the
 * pack. hints finds the newer block: it maps the CID of this block to the offset of the newer
 * block's record. Sets *record_len to the length of the new record, or to 0 if the pack already has
 * the block, or if no copy of the block is readable. In the last case, sets *lost to true; this is
 * not an error. */
vv_status vv_copy_block(const vv_chain_packs *from, vv_pack_writer *to, vv_cid_map *hints,
			const vv_cid *cid, const vv_cid *resembles, uint64_t *record_len,
			bool *lost, vv_error *err);

#endif
