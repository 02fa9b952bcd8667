/*
 * contents: the items in a vault, by the indexes of its runs.
 *
 * An index is read once, and kept in the session's folder runs/; it is made of sealed items, so a lost
 * folder only costs reading them again.
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

typedef struct vv_vault_run {
	const vv_ledger_record *record; /* borrowed from the ledger */
	vv_item_index index;
	vv_buf refs; /* text; empty: it has none */
	bool lost;   /* its index cannot be had now, and why */
	vv_error why;
	vv_stream_in *in; /* opened when items are read */
	struct vv_run_reading *reading;
} vv_vault_run;

#define VV_STREAMS_OPEN 64u

typedef struct vv_contents {
	vv_vault_session *session;
	vv_vault_run *runs; /* those whose index is alive, in the order of their times */
	size_t count, cap;
	struct vv_cid_map *known;        /* vv_item_cid -> run << 40 | place of the index's list */
	struct vv_cid_map *numbers;      /* record -> its place in runs */
	struct vv_block_cache *unpacked; /* items that were read last; NULL: none was yet */
	size_t open[VV_STREAMS_OPEN];    /* 1 + the runs whose in is open; 0: none */
	size_t next_open;                /* the oldest of these */
} vv_contents;

/* A run whose index cannot be had is lost, and no failure. */
vv_status vv_contents_open(vv_contents *out, vv_vault_session *s, vv_error *err);
/* As if these runs (their records' CIDs; NULL: none) were not in the vault. */
vv_status vv_contents_open_without(vv_contents *out, vv_vault_session *s, const vv_cid_set *runs,
				   vv_error *err);
void vv_contents_close(vv_contents *c);
VV_AUTO_CLEAR(vv_contents, vv_contents_close)

bool vv_contents_has(const vv_contents *c, const vv_cid *item);
/* Adds the content of a run that was just written. */
vv_status vv_contents_add(vv_contents *c, const vv_ledger_record *run, const vv_buf *index,
			  const vv_buf *refs, vv_error *err);

/* Does the vault keep the ref? Not those that mirror other repositories, or that varve itself sets. */
bool vv_vault_keeps_ref(const vv_ref *ref);
/* The last of the first `count` runs that is by this author (NULL: any) and has refs; NULL: none. */
const vv_vault_run *vv_contents_refs_of(const vv_contents *c, size_t count, const uint8_t *author);
/* Has run i, of the first `count`, the refs that its author named last? Where two heads are signed by one key each of
 * them has, since neither follows the other. */
bool vv_contents_is_last(const vv_contents *c, size_t i, size_t count);
/* The commits that the refs of every author's last run (vv_contents_is_last) name. *out is the caller's, also on
 * failure. */
vv_status vv_contents_tips(const vv_contents *c, vv_oid **out, size_t *count, vv_error *err);

/* The raw bytes of an item of the vault; also reads its bases, unless they were read recently: items in the order
 * of their runs cost one step each. base (may be NULL): its own base, null: none. VV_EMISSING. */
vv_status vv_contents_get(vv_contents *c, const vv_cid *item, vv_buf *out, vv_cid *base,
			  vv_error *err);
/* A block of this repository; one that was dropped, or is damaged, here comes out of the vault. VV_EMISSING, or
 * as vv_store_get. */
vv_status vv_contents_block(vv_contents *c, vv_store *store, const vv_cid *cid, vv_buf *out,
			    vv_error *err);
/* The bytes of an item as this repository has it; as vv_store_get, or vv_git_object_bytes. */
vv_status vv_contents_here(vv_contents *c, vv_store *store, vv_item_kind kind, const vv_cid *item,
			   vv_buf *out, vv_error *err);
static inline vv_git_type vv_item_git_type(vv_item_kind kind)
{
	return (vv_git_type)(kind - VV_ITEM_COMMIT + VV_GIT_COMMIT);
}
vv_oid vv_item_oid(const vv_cid *item); /* of one of Git's objects */
/* The base of an item's stored difference; null: none. */
vv_status vv_contents_base(vv_contents *c, const vv_cid *item, vv_cid *base, vv_error *err);

/* The shard in which an item begins; NULL: the vault does not have it. */
const vv_kept *vv_contents_shard(vv_contents *c, const vv_cid *item);

/* The run whose shards have an item of a run's index; NULL: that run is missing here. */
vv_vault_run *vv_contents_run_of(vv_contents *c, const vv_vault_run *of, size_t run);
/* Its shards can be read until VV_STREAMS_OPEN other runs were read. */
vv_status vv_contents_read(vv_contents *c, vv_vault_run *run, vv_error *err);

#endif
