/*
 * retire: retires unneeded shards, whose items are in other runs.
 */
#ifndef VV_CMD_VAULT_WORK_RETIRE_H
#define VV_CMD_VAULT_WORK_RETIRE_H

#include "cmd/vault/work/session.h"
#include "repo/blocks/reach.h"

/* A record of all live shards of these runs (their records' CIDs) that no other run names, at the holders too.
 * *shards: how many it names; 0: none was written. */
vv_status vv_retire_runs(vv_vault_session *s, const vv_cid_set *runs, uint64_t *shards,
			 vv_error *err);

#endif
