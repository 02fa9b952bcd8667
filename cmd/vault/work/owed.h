/*
 * owed: counts and sends the owed copies: copies of live shards that the policy requires and that
 * no holder has, and missing shards of stripes. A shard is live if it is in the vault and not
 * retired.
 *
 * Lost shards of a stripe are computed from the other shards of the stripe. To read each of these
 * shards only once, the session keeps the stripe in memory. So only as many stripes are handled at
 * a time as fit into this memory (shard_source.h).
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
	/* for each place: if true, count as if the place had no copies, and send nothing to it; NULL: no such
	 * places */
	const bool *leave;
	/* The members below are results. */
	vv_spread_sum sum; /* the copies that remain owed */
	uint64_t less;     /* number of further copies that are owed because of `leave` */
	uint64_t shards,   /* copies that were sent */
		sent;      /* bytes that were sent */
	uint64_t read;     /* bytes of shards that were received from holders */
} vv_owed;
/* Counts the owed copies of the session's vault, and sends them if x->fix is true. */
vv_status vv_owed_run(vv_owed *x, vv_vault_session *s, vv_error *err);

#endif
