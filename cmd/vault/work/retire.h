/*
 * retire: retires the shards of runs whose items were sealed again in other runs.
 */
#ifndef VV_CMD_VAULT_WORK_RETIRE_H
#define VV_CMD_VAULT_WORK_RETIRE_H

#include "cmd/vault/work/session.h"
#include "repo/blocks/reach.h"

/* Retires the shards that only the runs `runs` name: writes a retire record, and sends it to the
 * holders. runs: the CIDs of the runs' vault records. Sets *shards to the number of shards in the
 * record. If all these shards are already retired, *shards is 0, and no record is written. */
vv_status vv_retire_runs(vv_vault_session *s, const vv_cid_set *runs, uint64_t *shards,
			 vv_error *err);

#endif
