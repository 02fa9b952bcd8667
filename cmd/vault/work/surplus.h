/*
 * surplus: removes unneeded copies from holders.
 *
 * Three kinds of copies are unneeded: copies of retired shards; copies of a shard in the vault
 * beyond the number that the policy requires; and copies that this key sent of shards that no vault
 * record lists. The second kind arises if the shard is now in a stripe, if a holder can be reached
 * again, or if the policy was lowered; the third kind arises if a replication was interrupted and
 * later sealed its data differently.
 *
 * A writer removes only copies that it sent, and that no other writer also sent. (If the vault has
 * no other writer, it removes all unneeded copies of shards in the ledger.) A copy is removed only
 * after a waiting time of some days, which this machine measures (cmd/vault/sealed/waiting.h, the
 * file "surplus"). For a copy of a retired shard, the time begins when this machine first sees the
 * retire record. In addition, the newest vault record of every other writer must follow the retire
 * record: a writer that does not yet have the retire record may still need the shard.
 *
 * Copies of a shard in the vault are never reduced below the policy, which is the largest of this
 * repository's policy and the last sealed policies of the other writers. The remaining copies are
 * at reachable holders in different failure domains, which must prove that they have a random leaf
 * of the shard. These holders are those with the highest ranks (cmd/vault/sealed/placement.h), so
 * all writers keep the same copies, and enough copies remain even if several writers remove copies
 * at the same time. One copy of each shard of a stripe stays, all in different failure domains.
 *
 * Before a copy is removed, a drop record is written; from then on, the copy no longer counts. If a
 * server does not remove the copy until its term ends, every later prune tries again.
 */
#ifndef VV_CMD_VAULT_WORK_SURPLUS_H
#define VV_CMD_VAULT_WORK_SURPLUS_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/vault/work/session.h"

/* The arguments and results of vv_surplus_run. */
typedef struct vv_surplus {
	uint64_t grace_sec; /* the waiting time in seconds */
	bool dry_run;       /* count only, and change nothing */
	/* The members below are results. */
	uint64_t deleted, /* copies that were removed */
		retired;  /* removed copies of retired shards */
	/* copies whose waiting time is not over, except copies of retired shards */
	uint64_t waiting;
	uint64_t waiting_shards; /* retired shards with copies whose waiting time is not over */
	/* retired shards stay, because a writer's newest vault record does not follow the retire
	 * record */
	bool blocked;
	uint8_t blocker[VV_KEY_PUBLIC]; /* with blocked: the key of this writer */
	/* copies that stay because this key did not send them, because another writer also sent
	 * them, or because the policy of another writer is not known */
	uint64_t shared;
	unsigned policy; /* the largest policy, if it is another writer's; else 0 */
	uint8_t policy_of[VV_KEY_PUBLIC]; /* with policy: the key of this writer */
	/* copies that a holder refused to remove, because their term is not over */
	uint64_t held;
	char holding[VV_MESSAGE_MAX]; /* the message of the first refusal; "": no refusal */
} vv_surplus;

/* Removes the unneeded copies of the vault. The caller calls vv_vault_session_connect just before.
 * The session's key must be a writer's. */
vv_status vv_surplus_run(vv_surplus *x, vv_vault_session *s, vv_error *err);

#endif
