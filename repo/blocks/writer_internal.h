/*
 * writer_internal: the part of a store's writer that incoming uses.
 */
#ifndef VV_REPO_BLOCKS_WRITER_INTERNAL_H
#define VV_REPO_BLOCKS_WRITER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "repo/blocks/pack_list.h"
#include "repo/blocks/store.h"

/* vv_writer_put; *kept: was the block new? form (or NULL): its form in another store, unpacked and verified; it is
 * stored unchanged if it is whole, or if its base is here and it has at most a quarter of the block's bytes. Else base
 * is the similar block. */
vv_status vv_writer_put_told(vv_writer *w, const vv_cid *cid, const void *bytes, size_t len,
			     const vv_cid *base, const vv_block_form *form, bool *kept,
			     vv_error *err);

/* An uncommitted block, in the form of vv_store_get_form. */
vv_status vv_writer_get_form(vv_writer *w, const vv_cid *cid, vv_buf *out, vv_buf *stored,
			     vv_block_form *form, vv_error *err);

/* Number of uncommitted blocks of this codec whose digests begin with prefix (2: or more), and the
 * first of them. */
unsigned vv_writer_find_prefix(vv_writer *w, uint8_t codec, uint64_t prefix, vv_cid *out);

/* Writes uncommitted blocks to the temporary file, unsynced, if at least `least` bytes of them are
 * in memory only. */
vv_status vv_writer_spill(vv_writer *w, size_t least, vv_error *err);

/* The size of the pack that the uncommitted blocks will become; 0: no such blocks. */
uint64_t vv_writer_pending(vv_writer *w);

/* Calls fn for each uncommitted block, in the order in which they were put, with its base (or NULL). */
typedef vv_status (*vv_pending_fn)(void *payload, const vv_cid *cid, const vv_cid *base,
				   vv_error *err);
vv_status vv_writer_each_pending(vv_writer *w, vv_pending_fn fn, void *payload, vv_error *err);

/* Call this after the caller has changed packs without this writer. */
vv_status vv_writer_renew(vv_writer *w, vv_error *err);

/* Takes all own packs of another store over as one, durably, all or nothing; they must be
 * sound (VV_ECORRUPT). A single one is moved, several are copied. */
vv_status vv_writer_take_packs(vv_writer *w, const vv_pack_list *packs, vv_error *err);

#endif
