/*
 * vault_repair: what holders lost, made again: records of the ledger, copies of shards, and, where no copy is
 * left, the shards themselves.
 */
#ifndef VV_CMD_VAULT_WORK_VAULT_REPAIR_H
#define VV_CMD_VAULT_WORK_VAULT_REPAIR_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/vault/work/owed.h"
#include "cmd/vault/work/session.h"

/* reseal: what no holder has any longer, sealed again from the clone that still has it.
 *
 * A run of which a shard is lost is written again, all of it: from this repository, else from the shards that are
 * left. Then its old shards are retired. What cannot be had anywhere is reported; shards that had something that
 * refs reach then stay lost, and the next clone that has it can seal it.
 */

typedef struct vv_reseal {
	uint64_t away_sec, rate; /* as of repairs */
	/* A line of what is gone. */
	vv_status (*missing)(void *payload, const char *line, vv_error *err);
	void *payload;
	/* Afterwards. */
	uint64_t lost;                 /* shards that no holder has */
	uint64_t items;                /* that were sealed again */
	uint64_t retired;              /* shards, lost or of one run with lost ones */
	uint64_t gone;                 /* items that are nowhere */
	uint64_t versions;             /* of tables that lack some of these */
	uint64_t left;                 /* lost shards that stay so */
	uint8_t writer[VV_KEY_PUBLIC]; /* whose refs were in one of these, with foreign */
	bool foreign;
} vv_reseal;

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
