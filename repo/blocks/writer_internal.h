/*
 * writer_internal: functions of a store's writer that only repo uses. repo/known/incoming uses most
 * of them; vv_store_salvage uses vv_writer_renew.
 */
#ifndef VV_REPO_BLOCKS_WRITER_INTERNAL_H
#define VV_REPO_BLOCKS_WRITER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "repo/blocks/pack_list.h"
#include "repo/blocks/store.h"

/* Stores a block as vv_writer_put does, and sets *kept to true if the block was new. form, if not
 * NULL, is the block's form in another store, from which the caller has unpacked and verified the
 * bytes. The form is stored unchanged if it has no base, and is the unpacked block itself or shorter
 * than the block. A form with a base is stored unchanged if it has at most a quarter of the block's
 * bytes, this store has the base, and the chain of differences does not become longer than
 * VV_CHAIN_MAX. Otherwise the block is packed again, as vv_writer_put does. If the call fails, *kept
 * is unchanged. */
vv_status vv_writer_put_told(vv_writer *w, const vv_cid *cid, const void *bytes, size_t len,
			     const vv_cid *base, const vv_block_form *form, bool *kept,
			     vv_error *err);

/* Like vv_store_get_form, but also finds uncommitted blocks of this writer. Does not list the packs
 * again. */
vv_status vv_writer_get_form(vv_writer *w, const vv_cid *cid, vv_buf *out, vv_buf *stored,
			     vv_block_form *form, vv_error *err);

/* Counts the uncommitted blocks of this codec whose digests begin with prefix, and sets *out to the
 * first of these blocks. Returns 0, 1, or 2 for two or more. */
unsigned vv_writer_find_prefix(vv_writer *w, uint8_t codec, uint64_t prefix, vv_cid *out);

/* If at least `least` bytes of uncommitted blocks are only in memory, writes these blocks to the
 * temporary file, without syncing it. */
vv_status vv_writer_spill(vv_writer *w, size_t least, vv_error *err);

/* Returns the size of the pack that the next commit will write; 0: no uncommitted blocks. */
uint64_t vv_writer_pending(vv_writer *w);

typedef vv_status (*vv_pending_fn)(void *payload, const vv_cid *cid, const vv_cid *base,
				   vv_error *err);
/* Calls fn for each uncommitted block, in the order in which the blocks were put. base: the base of
 * the stored difference, or NULL if the block is stored alone. */
vv_status vv_writer_each_pending(vv_writer *w, vv_pending_fn fn, void *payload, vv_error *err);

/* Lists the store's packs again. Call this after packs were changed without this writer. */
vv_status vv_writer_renew(vv_writer *w, vv_error *err);

/* Adds to torn the names of packs that were damaged before they were durable. Call this after
 * vv_writer_commit. */
vv_status vv_writer_torn(const vv_writer *w, vv_string_list *torn, vv_error *err);

/* Adds the blocks of `packs`, the own packs of another store, to this store as one pack, durably
 * and in one step: this store never has only some of the blocks. A single pack is moved; several
 * packs are copied into one. If the last commits did not wait for the disk, first commits this
 * writer's blocks. VV_ECORRUPT: one of several packs is damaged. */
vv_status vv_writer_take_packs(vv_writer *w, const vv_pack_list *packs, vv_error *err);

#endif
