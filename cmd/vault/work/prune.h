/*
 * prune: runs that are mostly dead, or many small ones, written again as one; then what is not needed goes.
 *
 * Under a policy of stripes it is what lies in whole copies that is written again, once it would fill a stripe.
 * Alive is what the refs of any writer reach, and what something alive is stored as a difference to. Only
 * runs of one's own are rewritten. Their shards are retired by a record; they are deleted after a grace
 * time, once the newest vault record of every writer follows that record: a writer who does not know of it
 * may still count on them, and one that names such a shard again keeps it.
 *
 * The grace time is counted here (cmd/vault/sealed/waiting.h), in .git/varve/vault/retired. Copies that the policy does not need go
 * like that, too (surplus.h).
 */
#ifndef VV_CMD_VAULT_WORK_PRUNE_H
#define VV_CMD_VAULT_WORK_PRUNE_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/vault/work/session.h"
#include "cmd/vault/work/surplus.h"

typedef struct vv_prune {
	uint64_t grace_sec;
	bool dry_run;
	bool tails; /* only what would fill a stripe is written again, dead or alive; nothing is deleted */
	/* Afterwards. */
	uint64_t runs, shards; /* rewritten; retired */
	uint64_t sent;         /* bytes, for what was rewritten */
	uint64_t dead;         /* items that were left out */
	/* runs that are kept with all before them: holders that have one of these are away */
	uint64_t unread;
	uint64_t unready;               /* runs that stay: what was rewritten lacks copies */
	uint64_t owed;                  /* copies that could not be brought before */
	uint64_t deleted;               /* copies */
	uint64_t waiting;               /* retired shards that stay for now */
	vv_surplus surplus;             /* copies that nothing needs; those held stand in held */
	uint64_t held;                  /* copies that a holder does not let go of yet */
	char holding[VV_MESSAGE_MAX];   /* the first of them: why; "" */
	uint8_t blocker[VV_KEY_PUBLIC]; /* a writer who has not seen it, with blocked */
	bool blocked;
} vv_prune;

/* The session is connected, and the key a writer's. VV_EMISSING: refs of another writer are not here, so that
 * nobody can tell what is alive. */
vv_status vv_prune_run(vv_prune *x, vv_vault_session *s, vv_error *err);

#endif
