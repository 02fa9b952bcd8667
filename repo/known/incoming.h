/*
 * incoming: stores received blocks outside of the repository's store until all blocks of their
 * version are received.
 *
 * Each transfer has a folder of its own, .git/varve/incoming/<random>/, with a lock and with packs
 * in the store's format. The next transfer takes over the blocks of ended transfers, so that no
 * block is fetched twice. Blocks in these folders may have links to missing blocks, and may be
 * stored as differences from blocks in the repository's store. They count as stored in the
 * repository only when they are promoted, that is, moved to the repository's store.
 *
 * A caller calls vv_incoming_open, vv_incoming_put for each received block, and vv_incoming_keep
 * now and then, so that blocks survive a crash. When all blocks below the new roots are in this
 * folder or in the repository's store, the caller calls vv_incoming_promote, makes the references
 * durable, and calls vv_incoming_close. Without vv_incoming_promote, vv_incoming_close leaves the
 * blocks for the next transfer.
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
#include "repo/git/repository.h"

typedef struct vv_incoming vv_incoming;

/* Makes a folder for a transfer, and moves the blocks of ended transfers to it. If these blocks
 * have more than receive.maxInputSize bytes (default: 64 GiB), removes the oldest packs of blocks.
 * The caller closes *out with vv_incoming_close. */
vv_status vv_incoming_open(vv_incoming **out, vv_repository *r, vv_error *err);

/* Returns true if the block cid is in this folder or in the repository's store. Sets *below to true
 * if the repository's store has the block and all blocks below it. If *below is false, the caller
 * must follow the block's links. A block that is only in the repository's store must stay there
 * until vv_incoming_promote, which checks this. Thread-safe. */
bool vv_incoming_has(vv_incoming *in, const vv_cid *cid, bool *below);

/* Replaces the content of out with the bytes of the block cid, from this folder or the repository's
 * store. VV_EMISSING, VV_ECORRUPT: as in vv_store_get. Thread-safe. */
vv_status vv_incoming_get(vv_incoming *in, const vv_cid *cid, vv_buf *out, vv_error *err);

/* Stores the block cid of len bytes in this folder. The caller has computed cid from the bytes.
 * base: as in vv_writer_put. Sets *kept to false if the block is already in this folder or in the
 * repository's store, else to true. Thread-safe. */
vv_status vv_incoming_put(vv_incoming *in, const vv_cid *cid, const void *bytes, size_t len,
			  const vv_cid *base, bool *kept, vv_error *err);

/* Like vv_incoming_put, for a block that was received in a form (coder.h; NULL: not known). The
 * block is stored in this form if vv_writer_put_told accepts it. */
vv_status vv_incoming_put_form(vv_incoming *in, const vv_cid *cid, const void *bytes, size_t len,
			       const vv_cid *base, const vv_block_form *form, bool *kept,
			       vv_error *err);

/* If at least 64 KiB of blocks are only in memory, writes these blocks to the folder's unfinished
 * pack, without syncing. If this process is killed, the next transfer can use the written
 * blocks. */
vv_status vv_incoming_spill(vv_incoming *in, vv_error *err);

/* Makes all blocks durable, if at least 64 KiB of blocks are not durable yet. Fewer bytes cost less
 * to fetch again than to sync; vv_incoming_close writes them. */
vv_status vv_incoming_keep(vv_incoming *in, vv_error *err);

/* Limits vv_incoming_promote to the blocks in the set `wanted`, which is borrowed until
 * vv_incoming_close. Other blocks stay in the folder: they were not requested, or belong to another
 * unfinished transfer. Without this call, all blocks are moved. */
void vv_incoming_only(vv_incoming *in, const vv_cid_set *wanted);

/* Durably moves the blocks to the repository's store. First waits for the store's writer lock,
 * which gc or another writer may have, for up to 10 minutes. Keeps the lock until
 * vv_incoming_close, so that gc does not see new blocks without their references. Up to 2,000
 * blocks with up to 1 MiB in total, or any number if vv_incoming_only leaves some behind, are
 * written one by one into the store; larger packs are moved as they are. Put no blocks after this
 * call. VV_ELOCKED: the lock was not free in time. VV_ECONFLICT: blocks of the store that this
 * transfer needs were removed. VV_ECORRUPT: received blocks are damaged; the caller must fetch them
 * again. After a failure, the store is unchanged, and the received blocks that can be read are
 * still in the folder. */
vv_status vv_incoming_promote(vv_incoming *in, vv_error *err);
/* Releases the lock after vv_incoming_promote. vv_incoming_promote then takes it again; the caller
 * checks whether the store still has the promoted blocks. */
void vv_incoming_let_go(vv_incoming *in);

/* Commits the blocks put so far, and lets `with`, another handle of the same repository, read them
 * as if its store had them. A vv_store that was got from `with` before is closed. `with` must be
 * closed before `in`. */
vv_status vv_incoming_show(vv_incoming *in, vv_repository *with, vv_error *err);

/* Sets *out to the number of blocks in the folders of ended transfers, and leaves them there. Before,
 * makes the unfinished packs of killed transfers readable (vv_leftovers_each). */
vv_status vv_incoming_count(vv_repository *r, uint64_t *out, vv_error *err);

/* Sets *out to the CID of the only block, in this folder or the repository's store, that has this
 * codec and a digest that begins with prefix. VV_ENOTFOUND: no block or several blocks match.
 * Thread-safe. */
vv_status vv_incoming_find_prefix(vv_incoming *in, uint8_t codec, const uint8_t prefix[8],
				  vv_cid *out, vv_error *err);

/* Returns the number of blocks in this transfer's folder, including blocks taken over from ended
 * transfers. */
uint64_t vv_incoming_blocks(const vv_incoming *in);
/* Writes the blocks that are not promoted to the folder, removes the folder if no block is left, and
 * releases all locks. Ignores failures. in may be NULL. */
void vv_incoming_close(vv_incoming *in);
VV_AUTO_FREE(vv_incoming, vv_incoming_close)

typedef vv_status (*vv_incoming_fn)(void *payload, const vv_cid *cid, vv_error *err);
/* Calls fn for each block in the folders of running and ended transfers, for its base if that is in
 * another pack, and for each block to which it links. gc and fsck treat all these blocks as roots.
 * A negative result of fn ends the calls, and is returned. */
vv_status vv_incoming_each(vv_repository *r, vv_incoming_fn fn, void *payload, vv_error *err);
/* Removes the folder of each ended transfer whose newest pack is older than grace_sec seconds, and
 * a folder without packs after an hour. */
vv_status vv_incoming_expire(vv_repository *r, uint64_t grace_sec, vv_error *err);

/* Removes the folder of each ended transfer if the repository's store has all its blocks. */
vv_status vv_incoming_tidy(vv_repository *r, vv_error *err);

#endif
