/*
 * retire: shards that nothing needs, because what was in them is in other runs.
 */
#ifndef VV_CMD_VAULT_WORK_RETIRE_H
#define VV_CMD_VAULT_WORK_RETIRE_H

#include <stddef.h>

#include "base/auto.h"
#include "cmd/vault/work/session.h"
#include "repo/blocks/reach.h"

/* session is set, the rest is zero; add, write, clear. */
typedef struct vv_retire {
	vv_vault_session *session;
	vv_cid_set *runs; /* records */
	size_t shards;    /* that the written record names */
} vv_retire;

vv_status vv_retire_add(vv_retire *x, const vv_ledger_record *run, vv_error *err);
/* A record of all live shards of these runs that no other run names, at the holders too. */
vv_status vv_retire_write(vv_retire *x, vv_error *err);
void vv_retire_clear(vv_retire *x);
VV_AUTO_CLEAR(vv_retire, vv_retire_clear)

#endif
