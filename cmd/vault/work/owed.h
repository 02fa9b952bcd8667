/*
 * owed: copies that live shards lack under the policy, and shards that stripes lack.
 *
 * Lost shards of a stripe are made of the others, each of which is read once: as many stripes at a time as the
 * session keeps (shard_source.h).
 */
#ifndef VV_CMD_VAULT_WORK_OWED_H
#define VV_CMD_VAULT_WORK_OWED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/vault/work/session.h"

typedef struct vv_owed {
	unsigned copies;   /* of shards without a stripe */
	uint64_t away_sec; /* the limit to use (spread.h) */
	uint64_t rate;
	bool fix;          /* bring them where they can be */
	const bool *leave; /* places that count as if they had nothing, and get nothing; NULL */
	/* Afterwards. */
	uint64_t owed;
	uint64_t lost;     /* shards without any copy */
	uint64_t hopeless; /* owed shards that cannot be made: of the lost ones */
	uint64_t less;     /* so much more is owed than with `leave` */
	size_t least;      /* the lowest number of copies, as in vv_spread_sum */
	size_t rest;       /* of shards without a stripe */
	uint64_t shards, sent;
	uint64_t read; /* bytes that came from holders */
} vv_owed;
vv_status vv_owed_run(vv_owed *x, vv_vault_session *s, vv_error *err);

#endif
