/*
 * contents: finds and reads the items of a vault, using the indexes of its runs.
 *
 * Each index is read once from its shards, and then stored in the session's folder runs/. The
 * folder is a cache: if it is lost, the indexes are read again from the shards.
 */
#ifndef VV_CMD_VAULT_WORK_CONTENTS_H
#define VV_CMD_VAULT_WORK_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "cmd/vault/sealed/stream.h"
#include "cmd/vault/work/session.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/store.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/send.h"
#include "repo/known/erased.h"

/* A run (cmd/vault/sealed/stream.h). */
typedef struct vv_vault_run {
	const vv_ledger_record *record; /* borrowed from the ledger */
	/* empty if the run is lost or left out, or if the shard of its index is retired */
	vv_item_index index;
	vv_buf refs; /* text of the run's refs; empty: no refs, or no index */
	bool lost;   /* the run's index could not be read; `why` has the reason */
	/* for the caller (prune.c): chosen: to be rewritten; erased: has an erased item, or one that
	 * is stored as a difference to one */
	bool chosen, erased;
	vv_error why;
	vv_stream_in *in; /* NULL: not open */
	struct vv_run_reading *reading;
} vv_vault_run;

#define VV_STREAMS_OPEN 64u /* most runs that are open at the same time */

/* The indexes of a vault's runs. */
typedef struct vv_contents {
	vv_vault_session *session;
	/* all runs of the vault, ordered by time, then the runs that vv_contents_add added */
	vv_vault_run *runs;
	size_t count, cap;
	/* maps the CID of an item (vv_item_cid) to number of the run << 40 | number in
	 * index.items */
	struct vv_cid_map *known;
	struct vv_block_cache *unpacked; /* recently read items; NULL: nothing has been read */
	size_t open[VV_STREAMS_OPEN];    /* 1 + the number of a run whose `in` is open; 0: unused */
	size_t next_open;                /* the oldest element of `open` */
} vv_contents;

/* Opens the contents of the session's vault; without s->state, they are empty. Does not read the
 * indexes of the runs whose records have the CIDs `without`, so that their items are not found;
 * NULL: reads all indexes. A run whose index cannot be read is not an error: it is marked as lost.
 * Borrows s until vv_contents_close. On failure, *out need not be closed. */
vv_status vv_contents_open(vv_contents *out, vv_vault_session *s, const vv_cid_set *without,
			   vv_error *err);
void vv_contents_close(vv_contents *c);
VV_AUTO_CLEAR(vv_contents, vv_contents_close)

/* Returns true if an index of the vault has the item. */
bool vv_contents_has(const vv_contents *c, const vv_cid *item);
/* Adds the index and refs of a run that was just written, also to the folder runs/. Borrows run. */
vv_status vv_contents_add(vv_contents *c, const vv_ledger_record *run, const vv_buf *index,
			  const vv_buf *refs, vv_error *err);

/* Returns true if vaults store the ref. Vaults do not store symbolic refs, refs below
 * refs/remotes/, and refs below refs/varve/, except signed heads (vv_ref_is_head). */
bool vv_vault_keeps_ref(const vv_ref *ref);
/* Returns the last of the first `count` runs that has refs and is by this author (author NULL: by
 * any author). NULL: no such run. */
const vv_vault_run *vv_contents_refs_of(const vv_contents *c, size_t count, const uint8_t *author);
/* Returns true if run, one of c->runs, has its author's newest refs among the first `count` runs. If
 * a key signed two runs, and neither follows the other, the result is true for both. */
bool vv_contents_is_last(const vv_contents *c, const vv_vault_run *run, size_t count);
/* Adds to out the ids to which the refs in every author's last run (vv_contents_is_last) point. */
vv_status vv_contents_tips(const vv_contents *c, vv_oids *out, vv_error *err);

/* Sets the content of out to the raw bytes of an item of the vault. Also reads the item's bases,
 * unless they were read recently. VV_EMISSING: no index has the item or a base, or a shard cannot
 * be read. VV_ECORRUPT: the vault is damaged. */
vv_status vv_contents_get(vv_contents *c, const vv_cid *item, vv_buf *out, vv_error *err);
/* Sets the content of out to the bytes of a block from `store`. If the store does not have the
 * block, or it is damaged there, reads the block from the vault. If this fails too, returns the
 * error of vv_store_get. */
vv_status vv_contents_block(vv_contents *c, vv_store *store, const vv_cid *cid, vv_buf *out,
			    vv_error *err);
/* Sets the content of out to the bytes of an item from this repository: a block from `store`, or a
 * Git object. The errors are those of vv_store_get and vv_git_object_bytes. */
vv_status vv_contents_here(vv_contents *c, vv_store *store, vv_item_kind kind, const vv_cid *item,
			   vv_buf *out, vv_error *err);
/* Returns the type of a Git object from the kind of its item. */
static inline vv_git_type vv_item_git_type(vv_item_kind kind)
{
	return (vv_git_type)(kind - VV_ITEM_COMMIT + VV_GIT_COMMIT);
}
/* Returns the id of a Git object from its item. */
vv_oid vv_item_oid(const vv_cid *item);
/* Sets *base to the base of the stored form of `item`, or to a null CID if the item is stored
 * without a base. The errors are those of vv_contents_get. */
vv_status vv_contents_base(vv_contents *c, const vv_cid *item, vv_cid *base, vv_error *err);

/* Removes from the folder runs/ the indexes of runs that are not in the vault any more. */
vv_status vv_contents_sweep(const vv_contents *c, vv_error *err);
/* Adds to *set the items of all indexes that e lists as erased (repo/known/erased.h). */
vv_status vv_contents_erased(const vv_contents *c, const vv_erased *e, vv_cid_set *set,
			     vv_error *err);

/* Returns the shard in which an item begins, borrowed from the session's state. NULL: no index has
 * the item. */
const vv_kept *vv_contents_shard(vv_contents *c, const vv_cid *item);

/* Sets run->in to a stream that reads the run's items. The stream is borrowed, and is closed after
 * VV_STREAMS_OPEN other runs were opened. */
vv_status vv_contents_read(vv_contents *c, vv_vault_run *run, vv_error *err);

#endif
