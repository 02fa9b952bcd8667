/*
 * contents: finds and reads the items of a vault, using the indexes of its runs.
 *
 * Each index is read once, and stored in the session's folder runs/. It can be read again from the
 * sealed shards, so losing the folder costs only time.
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

/* A run (cmd/vault/sealed/stream.h). */
typedef struct vv_vault_run {
	const vv_ledger_record *record; /* borrowed from the ledger */
	vv_item_index index;
	vv_buf refs; /* text of the run's refs; empty: the run has no refs */
	/* the run's index cannot be read at present; `why` has the reason */
	bool lost;
	vv_error why;
	vv_stream_in *in; /* open while items are read */
	struct vv_run_reading *reading;
} vv_vault_run;

#define VV_STREAMS_OPEN 64u /* most runs that are open at the same time */

/* The indexes of a vault's runs. */
typedef struct vv_contents {
	vv_vault_session *session;
	/* the runs whose index is in shards that are not retired, ordered by time */
	vv_vault_run *runs;
	size_t count, cap;
	/* maps the CID of an item (vv_item_cid) to run << 40 | place in the index's items */
	struct vv_cid_map *known;
	struct vv_block_cache *unpacked; /* recently read items; NULL: nothing has been read */
	size_t open[VV_STREAMS_OPEN];    /* 1 + the number of a run whose `in` is open; 0: unused */
	size_t next_open;                /* the oldest element of `open` */
} vv_contents;

/* Opens the contents of the session's vault. A run whose index cannot be read is not an error, but
 * marked as lost. */
vv_status vv_contents_open(vv_contents *out, vv_vault_session *s, vv_error *err);
/* Like vv_contents_open, but leaves out the runs with the records `runs` (CIDs); NULL: opens all
 * runs. */
vv_status vv_contents_open_without(vv_contents *out, vv_vault_session *s, const vv_cid_set *runs,
				   vv_error *err);
void vv_contents_close(vv_contents *c);
VV_AUTO_CLEAR(vv_contents, vv_contents_close)

/* Returns true if an index of the vault has the item. */
bool vv_contents_has(const vv_contents *c, const vv_cid *item);
/* Adds the index and refs of a run that was just written. */
vv_status vv_contents_add(vv_contents *c, const vv_ledger_record *run, const vv_buf *index,
			  const vv_buf *refs, vv_error *err);

/* Returns true if vaults store the ref. Vaults do not store refs that mirror other repositories,
 * and refs that varve itself sets. */
bool vv_vault_keeps_ref(const vv_ref *ref);
/* Returns the last of the first `count` runs that has refs and is by this author (NULL: any
 * author). NULL: no such run. */
const vv_vault_run *vv_contents_refs_of(const vv_contents *c, size_t count, const uint8_t *author);
/* Returns true if run i has its author's newest refs among the first `count` runs. If one key
 * signed two runs neither of which follows the other, the result is true for both. */
bool vv_contents_is_last(const vv_contents *c, size_t i, size_t count);
/* Adds to out the commits to which the refs in every author's last run (vv_contents_is_last) point. */
vv_status vv_contents_tips(const vv_contents *c, vv_ref_tips *out, vv_error *err);

/* Sets the content of out to the raw bytes of an item of the vault. Also reads the item's bases,
 * unless they were read recently. VV_EMISSING: the vault does not have the item, or its shard
 * cannot be read. */
vv_status vv_contents_get(vv_contents *c, const vv_cid *item, vv_buf *out, vv_error *err);
/* Sets the content of out to the bytes of a block from this repository. If the repository dropped
 * the block, or the block is damaged, reads it from the vault. VV_EMISSING: the vault does not have
 * the block either. Other errors are as for vv_store_get. */
vv_status vv_contents_block(vv_contents *c, vv_store *store, const vv_cid *cid, vv_buf *out,
			    vv_error *err);
/* Sets the content of out to the bytes of an item from this repository. Errors are as for
 * vv_store_get or vv_git_object_bytes. */
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
 * without a base. */
vv_status vv_contents_base(vv_contents *c, const vv_cid *item, vv_cid *base, vv_error *err);

/* Returns the shard in which an item begins. NULL: the vault does not have the item. */
const vv_kept *vv_contents_shard(vv_contents *c, const vv_cid *item);

/* Opens a run for reading its items. The run stays open until VV_STREAMS_OPEN other runs were
 * opened. */
vv_status vv_contents_read(vv_contents *c, vv_vault_run *run, vv_error *err);

#endif
