/*
 * surplus: removes unneeded copies from holders.
 *
 * Three kinds of copies are unneeded: copies of retired shards; more copies of a shard in the vault
 * than the policy requires (because the shard is now in a stripe, a holder can be reached again, or
 * the policy was lowered); and copies of shards of this key's runs that no vault record lists
 * (because a run was killed, and was sealed differently later).
 *
 * A writer removes only copies that it sent, and that no other writer also sent. A copy is removed
 * only after a waiting time of some days, which this machine measures (cmd/vault/sealed/waiting.h,
 * the file "surplus"). For a copy of a retired shard, the time begins when this machine first sees
 * the retire record; in addition, the newest vault record of every writer must be later than the
 * retire record. A writer that does not yet have this record may still rely on the shard, and a
 * writer that lists the shard again keeps it.
 *
 * Copies of a shard in the vault are never reduced below the policy: the largest of this
 * repository's policy and the last sealed policies of the other writers. The remaining copies are
 * at reachable holders in different failure domains, which must prove that they have a random leaf
 * of the shard. These holders are those with the highest ranks (cmd/vault/sealed/placement.h), so
 * all writers keep the same copies, and enough copies remain even if several writers remove copies
 * at the same time. All shards of a stripe stay, in different failure domains.
 *
 * Before a copy is removed, a drop record is written; after that, the copy no longer counts. If a
 * server keeps the copy until its term ends, every later prune tries to remove it again.
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
	/* retired shards stay, because the newest vault record of a writer does not follow the retire record */
	bool blocked;
	uint8_t blocker[VV_KEY_PUBLIC]; /* with blocked: the key of this writer */
	/* copies that stay because another writer also sent them, or because the policy of another writer is not
	 * known */
	uint64_t shared;
	unsigned policy; /* the largest policy, if it is another writer's; else 0 */
	uint8_t policy_of[VV_KEY_PUBLIC]; /* with policy: the key of this writer */
	/* copies that a holder refused to remove, because their term is not over */
	uint64_t held;
	char holding[VV_MESSAGE_MAX]; /* the message of the first refusal; "": no refusal */
} vv_surplus;

/* Removes the unneeded copies of the vault. The session must have been connected just before, and its key must be a
 * writer's. */
vv_status vv_surplus_run(vv_surplus *x, vv_vault_session *s, vv_error *err);

#endif
