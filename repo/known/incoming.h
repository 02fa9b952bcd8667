/*
 * incoming: stores received blocks, outside of the repository's store, until all blocks of their
 * version are received.
 *
 * Each transfer has a folder of its own, .git/varve/incoming/<random>/, with a lock and with packs
 * in the store's format. The next transfer takes over the blocks of ended transfers, so that no
 * block is fetched twice. Blocks in these folders may have links to missing blocks. They do not
 * count as stored in the repository until they are promoted, that is, moved to the repository's
 * store. The base of a difference may be in the repository's store.
 *
 * A correct caller: vv_incoming_open; vv_incoming_put for received blocks; vv_incoming_keep now and
 * then, so that blocks survive a crash. When all blocks below the new roots are in this folder or
 * in the repository's store: vv_incoming_promote, make the references durable, vv_incoming_close.
 * Without vv_incoming_promote, vv_incoming_close leaves the blocks for the next transfer.
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

/* Makes a folder for a transfer, and takes over the blocks of ended transfers. */
vv_status vv_incoming_open(vv_incoming **out, vv_repository *r, vv_error *err);

/* Returns true if the block cid is in this folder or in the repository's store. Sets *below to true
 * if the repository's store has the block and all blocks below it; if *below is false, the caller
 * must follow the block's links. Thread-safe. */
bool vv_incoming_has(vv_incoming *in, const vv_cid *cid, bool *below);

/* Replaces the content of out with the bytes of the block cid, from this folder or the repository's
 * store. VV_EMISSING, VV_ECORRUPT: as in vv_store_get. Thread-safe. */
vv_status vv_incoming_get(vv_incoming *in, const vv_cid *cid, vv_buf *out, vv_error *err);

/* Stores a block of len bytes, whose CID the caller has computed from the bytes, in this folder.
 * base is as in vv_writer_put. Sets *kept to false if the block is already stored, else to true.
 * Thread-safe. */
vv_status vv_incoming_put(vv_incoming *in, const vv_cid *cid, const void *bytes, size_t len,
			  const vv_cid *base, bool *kept, vv_error *err);

/* Like vv_incoming_put, for a block that was received in a form (coder.h; NULL: not known): the
 * block is stored in this form if it is small enough (vv_writer_put_told). */
vv_status vv_incoming_put_form(vv_incoming *in, const vv_cid *cid, const void *bytes, size_t len,
			       const vv_cid *base, const vv_block_form *form, bool *kept,
			       vv_error *err);

/* Writes the blocks, except the last 64 KiB, to the file, without syncing. If this process is
 * killed, the next transfer can use the written blocks. */
vv_status vv_incoming_spill(vv_incoming *in, vv_error *err);

/* Makes the blocks durable, except the last 64 KiB at most, which cost less to fetch again.
 * (vv_incoming_close makes all blocks durable.) */
vv_status vv_incoming_keep(vv_incoming *in, vv_error *err);

/* Limits vv_incoming_promote to the blocks in the set `wanted`, which is borrowed until
 * vv_incoming_close. Other blocks, which were not requested or belong to another unfinished
 * transfer, are not moved. Without this call, all blocks are moved. */
void vv_incoming_only(vv_incoming *in, const vv_cid_set *wanted);

/* Moves the blocks to the repository's store, durably. First waits for the store's writer lock,
 * since gc or another writer may have it; keeps the lock until vv_incoming_close, so that gc does
 * not see new blocks without their references. A few blocks, or blocks similar to stored ones, are
 * packed together with the store's small packs; large packs are renamed. */
vv_status vv_incoming_promote(vv_incoming *in, vv_error *err);

/* Lets `with`, another handle of the same repository, read the blocks put so far as if its store
 * had them. `with` must be closed before `in`. */
vv_status vv_incoming_show(vv_incoming *in, vv_repository *with, vv_error *err);

/* Sets *out to the number of blocks in the folders of ended transfers, without taking them over. */
vv_status vv_incoming_count(vv_repository *r, uint64_t *out, vv_error *err);

/* Sets *out to the only block with this codec, in this folder or the store, whose digest begins
 * with prefix. VV_ENOTFOUND: no block matches, or several blocks match. Thread-safe. */
vv_status vv_incoming_find_prefix(vv_incoming *in, uint8_t codec, const uint8_t prefix[8],
				  vv_cid *out, vv_error *err);

/* Returns the number of blocks in this transfer's folder, including blocks taken over from ended
 * transfers. */
uint64_t vv_incoming_blocks(const vv_incoming *in);
void vv_incoming_close(vv_incoming *in); /* accepts NULL */
VV_AUTO_FREE(vv_incoming, vv_incoming_close)

typedef vv_status (*vv_incoming_fn)(void *payload, const vv_cid *cid, vv_error *err);
/* Calls fn for every block in the folders of unfinished transfers, for the block's base in another
 * pack, and for each block to which the block has a link. gc and fsck treat all these blocks as
 * roots. */
vv_status vv_incoming_each(vv_repository *r, vv_incoming_fn fn, void *payload, vv_error *err);
/* Removes the blocks of ended transfers that are older than grace_sec seconds. dry_run: changes
 * nothing. */
vv_status vv_incoming_expire(vv_repository *r, uint64_t grace_sec, bool dry_run, vv_error *err);

/* Removes the folders of ended transfers whose blocks are all in the repository's store. */
vv_status vv_incoming_tidy(vv_repository *r, vv_error *err);

#endif
