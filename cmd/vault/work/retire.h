/*
 * retire: retires the shards of runs whose items were sealed again in other runs.
 */
#ifndef VV_CMD_VAULT_WORK_RETIRE_H
#define VV_CMD_VAULT_WORK_RETIRE_H

#include "cmd/vault/work/session.h"
#include "repo/blocks/reach.h"

/* Writes a retire record for the shards that are not retired yet, and that no run except `runs`
 * names, and sends the record to the holders. runs: the CIDs of the runs' vault records. Sets
 * *shards to the number of shards in the record; 0: no record was needed. */
vv_status vv_retire_runs(vv_vault_session *s, const vv_cid_set *runs, uint64_t *shards,
			 vv_error *err);

#endif
