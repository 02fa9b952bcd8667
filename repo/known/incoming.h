/*
 * incoming: blocks received from peers that are not yet part of a complete version.
 *
 * Each transfer has a folder of its own, .git/varve/incoming/<random>/, with packs as the store's
 * and a lock; the next transfer takes over the blocks of ended transfers, so that nothing is
 * fetched twice. Blocks here may lack blocks that they link to, and never count as "have" until
 * they are promoted. Differences may have their bases in the repository's store.
 *
 * A correct caller: open; put arriving blocks; call keep sometimes (kept blocks survive a crash);
 * when everything below the new roots is stored here or in the store: promote, make the references
 * durable, close. Without promote, close keeps the blocks.
 */
#ifndef VV_REPO_KNOWN_INCOMING_H
#define VV_REPO_KNOWN_INCOMING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/record.h"
#include "repo/git/repository.h"

typedef struct vv_incoming vv_incoming;

vv_status vv_incoming_open(vv_incoming **out, vv_repository *r, vv_error *err);

/* Is the block stored here or in the repository's store? *below true: the repository's store has
 * the block, and so everything below it; false: only this folder has the block, and its links must
 * be followed. Thread-safe. */
bool vv_incoming_has(vv_incoming *in, const vv_cid *cid, bool *below);

/* From here or from the store. VV_EMISSING, VV_ECORRUPT. Thread-safe. */
vv_status vv_incoming_get(vv_incoming *in, const vv_cid *cid, vv_buf *out, vv_error *err);

/* Stores a block, whose CID the caller has computed from the bytes. base: as for vv_writer_put. A
 * block that is stored already is not stored again (*kept false). Thread-safe. */
vv_status vv_incoming_put(vv_incoming *in, const vv_cid *cid, const void *bytes, size_t len,
			  const vv_cid *base, bool *kept, vv_error *err);

/* The same with the form in which the block was received (coder.h): the block is stored in this
 * form if the form is good enough. form NULL: not known. */
vv_status vv_incoming_put_form(vv_incoming *in, const vv_cid *cid, const void *bytes, size_t len,
			       const vv_cid *base, const vv_block_form *form, bool *kept,
			       vv_error *err);

/* Writes the blocks to the disk's cache, except the last 64 KiB: if this process is killed, the
 * next transfer continues from there. */
vv_status vv_incoming_spill(vv_incoming *in, vv_error *err);

/* Makes the blocks durable, except the last 64 KiB at most: fetching these again costs less. (Close
 * keeps them too.) */
vv_status vv_incoming_keep(vv_incoming *in, vv_error *err);

/* Limits promote to the blocks of a set (borrowed until close); others were not requested, or
 * belong to another unfinished transfer, and stay here. Without this call everything is moved. */
void vv_incoming_only(vv_incoming *in, const vv_cid_set *wanted);

/* Waits for the store's writer lock (gc and other writers), moves everything into the store,
 * durably, and keeps the lock until close, so that gc sees either none of the new blocks or their
 * references, too. A few blocks (or blocks similar to stored ones) are packed together with the
 * store's small packs; large ones move by renaming their packs. */
vv_status vv_incoming_promote(vv_incoming *in, vv_error *err);

/* Lets another handle of the same repository read the blocks put so far as if its store had them.
 * That handle must be closed before this one. */
vv_status vv_incoming_show(vv_incoming *in, vv_repository *with, vv_error *err);

/* How many blocks wait in the folders of ended transfers, without taking these over. */
vv_status vv_incoming_count(vv_repository *r, uint64_t *out, vv_error *err);

/* The one block, here or in the store, whose digest begins with the 8 bytes. VV_ENOTFOUND, also if
 * two blocks match. Thread-safe. */
vv_status vv_incoming_find_prefix(vv_incoming *in, uint8_t codec, const uint8_t prefix[8],
				  vv_cid *out, vv_error *err);

uint64_t vv_incoming_blocks(const vv_incoming *in); /* here now, leftovers included */
void vv_incoming_close(vv_incoming *in);            /* accepts NULL */
VV_AUTO_FREE(vv_incoming, vv_incoming_close)

/* For gc and fsck: every block of leftovers (of any transfer) as a root to be kept as long
 * as the leftovers are younger than grace_sec; older ones are removed (unless dry_run). */
typedef vv_status (*vv_incoming_fn)(void *payload, const vv_cid *cid, vv_error *err);
vv_status vv_incoming_each(vv_repository *r, vv_incoming_fn fn, void *payload, vv_error *err);
vv_status vv_incoming_expire(vv_repository *r, uint64_t grace_sec, bool dry_run, vv_error *err);

/* Removes leftovers whose blocks are all in the repository's store by now. */
vv_status vv_incoming_tidy(vv_repository *r, vv_error *err);

#endif
