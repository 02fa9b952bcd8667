/*
 * owed: counts and sends owed copies. A copy is owed if the policy requires it and no holder has
 * it; a missing shard of a stripe is also owed. Only live shards count: shards of the vault that
 * are not retired.
 *
 * Lost shards of a stripe are computed from the other shards of the stripe. The session caches
 * computed stripes (VV_MADE_BYTES, shard_source.h). Only as many stripes are handled at a time as
 * fit into this cache, so each shard is read only once.
 */
#ifndef VV_CMD_VAULT_WORK_OWED_H
#define VV_CMD_VAULT_WORK_OWED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/vault/work/spread.h"

/* The arguments and results of vv_owed_run. */
typedef struct vv_owed {
	unsigned copies;   /* the required number of copies of a shard without a stripe */
	uint64_t away_sec; /* as in vv_spread_list_live (spread.h) */
	uint64_t rate;     /* as in vv_spread (spread.h) */
	bool fix;          /* send as many of the owed copies as possible */
	/* leave[i]: count as if place i had no copies, and send nothing to it, but read shards from
	 * it; NULL: no such places */
	const bool *leave;
	/* The members below are results. */
	vv_spread_sum sum; /* the copies that remain owed */
	uint64_t less;     /* number of further copies that are owed because of `leave` */
	uint64_t shards,   /* copies that were sent */
		sent;      /* bytes that were sent */
	uint64_t read;     /* bytes of shards that were received from holders */
} vv_owed;
/* Counts the owed copies of the session's vault, and sends them if x->fix is true. The session must
 * be connected. Copies that cannot be sent are not an error. */
vv_status vv_owed_run(vv_owed *x, vv_vault_session *s, vv_error *err);

#endif
