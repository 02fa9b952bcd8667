/*
 * vault_repair: what holders lost, made again: records of the ledger, copies of shards, and, where no copy is
 * left, the shards themselves.
 */
#ifndef VV_CMD_VAULT_WORK_VAULT_REPAIR_H
#define VV_CMD_VAULT_WORK_VAULT_REPAIR_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/vault/work/owed.h"
#include "cmd/vault/work/reseal.h"
#include "cmd/vault/work/session.h"

typedef struct vv_vault_repair {
	vv_owed owed;     /* copies, away_sec and rate: as it is to be; the rest afterwards */
	vv_reseal reseal; /* missing and its payload; the rest afterwards */
	/* Afterwards. */
	uint64_t mended;  /* records that were damaged at a holder */
	uint64_t damaged; /* that still are: nobody has them, or the holder does not take them */
} vv_vault_repair;

/* The session is open, and mends. */
vv_status vv_vault_repair_run(vv_vault_repair *x, vv_vault_session *s, vv_error *err);

#endif
