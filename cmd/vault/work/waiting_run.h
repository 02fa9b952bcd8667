/*
 * waiting_run: a run that is sealed and not in the vault yet, in .git/varve/vault/spool.
 *
 * Each shard is a file, called by its CID. A file "run" names them all, as the vault record will; it is not signed, and
 * never leaves this machine. Without it, and where one of them is not there, nothing was sent yet, and whatever is there
 * is rubbish.
 */
#ifndef VV_CMD_VAULT_WORK_WAITING_RUN_H
#define VV_CMD_VAULT_WORK_WAITING_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/sync.h"
#include "cmd/vault/work/session.h"

typedef struct vv_waiting_run {
	vv_ledger_record record; /* a vault record's link (the epoch), shards and stripes */
	vv_arena arena;          /* owns parity, and the read list */
	vv_shard *shards;        /* the record's, where they were put */
	vv_stripe *stripes;
	size_t cap, stripe_cap;
	vv_file_batch files; /* not durable yet */
} vv_waiting_run;

void vv_waiting_run_reset(vv_waiting_run *run); /* no shards */
void vv_waiting_run_clear(vv_waiting_run *run);
VV_AUTO_CLEAR(vv_waiting_run, vv_waiting_run_clear)

/* One more shard of the run, durable after write. */
vv_status vv_waiting_run_put(vv_vault_session *s, vv_waiting_run *run, const vv_shard *sh,
			     const void *bytes, size_t len, vv_error *err);
/* Parity for as many stripes as there are full shards for. */
vv_status vv_waiting_run_stripe(vv_vault_session *s, vv_waiting_run *run, vv_code code,
				vv_error *err);
/* Writes the list: the run then exists, durably. */
vv_status vv_waiting_run_write(const vv_vault_session *s, vv_waiting_run *run, vv_error *err);

bool vv_waiting_run_there(const vv_vault_session *s);
/* *found false: none is, or none that is complete: it was never sent. */
vv_status vv_waiting_run_read(const vv_vault_session *s, vv_waiting_run *run, bool *found,
			      vv_error *err);
/* A shard's bytes, replacing out's content. VV_EIO: they have changed. */
vv_status vv_waiting_run_bytes(const vv_vault_session *s, const vv_cid *cid, vv_buf *out,
			       vv_error *err);
vv_status vv_waiting_run_remove(const vv_vault_session *s, vv_error *err);

#endif
