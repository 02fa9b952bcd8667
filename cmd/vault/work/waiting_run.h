/*
 * waiting_run: stores a run that is sealed, but not yet in the vault, in the folder
 * .git/varve/vault/spool.
 *
 * Each shard is a file whose name is the shard's CID. The file "run" lists all shards. It has the
 * format of a vault record, but is not signed, and is never sent. If the file "run" or one of the
 * shards does not exist, the run is incomplete: none of its shards was sent, and the files in the
 * folder can be removed.
 */
#ifndef VV_CMD_VAULT_WORK_WAITING_RUN_H
#define VV_CMD_VAULT_WORK_WAITING_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/sync.h"
#include "cmd/vault/work/session.h"

/* A run that is being sealed, or that was read from the folder. */
typedef struct vv_waiting_run {
	/* the run's vault record, of which only link (the epoch), shards and stripes are set; the
	 * caller sets link */
	vv_ledger_record record;
	/* owns the parity shards of stripes, and the lists of a record that was read */
	vv_arena arena;
	vv_shard *shards;   /* the record's shards, if vv_waiting_run_put added them */
	vv_stripe *stripes; /* the record's stripes, if vv_waiting_run_stripe added them */
	size_t cap, stripe_cap;
	vv_file_batch files; /* the files that were written, but are not yet durable */
} vv_waiting_run;

void vv_waiting_run_reset(vv_waiting_run *run); /* removes all shards from the run; keeps link */
void vv_waiting_run_clear(vv_waiting_run *run);
VV_AUTO_CLEAR(vv_waiting_run, vv_waiting_run_clear)

/* Adds a shard to the run, and writes its file, which is durable after vv_waiting_run_write. */
vv_status vv_waiting_run_put(vv_vault_session *s, vv_waiting_run *run, const vv_shard *sh,
			     const void *bytes, size_t len, vv_error *err);
/* Computes as many stripes with this code as possible from the run's first shards that are full,
 * and writes their parity shards. */
vv_status vv_waiting_run_stripe(vv_vault_session *s, vv_waiting_run *run, vv_code code,
				vv_error *err);
/* Writes the file "run". When the call returns, the run and all its shards are durable. */
vv_status vv_waiting_run_write(const vv_vault_session *s, vv_waiting_run *run, vv_error *err);

/* Returns true if the file "run" exists. */
bool vv_waiting_run_there(const vv_vault_session *s);
/* Reads the file "run" into *run, and sets *found to true. Sets *found to false if the file does
 * not exist or cannot be parsed, or if a shard is missing: such a run was never sent. */
vv_status vv_waiting_run_read(const vv_vault_session *s, vv_waiting_run *run, bool *found,
			      vv_error *err);
/* Sets the content of out to the bytes of the shard cid in the folder. VV_ENOTFOUND: the file is
 * missing. VV_EIO: it does not match its CID, or cannot be read. */
vv_status vv_waiting_run_bytes(const vv_vault_session *s, const vv_cid *cid, vv_buf *out,
			       vv_error *err);
/* Removes the file "run" durably, then the whole folder. */
vv_status vv_waiting_run_remove(const vv_vault_session *s, vv_error *err);

#endif
