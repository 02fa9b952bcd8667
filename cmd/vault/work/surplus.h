/*
 * surplus: unneeded copies at holders: of retired shards; of shards in the vault above the policy's number (they became
 * stripes, a holder came back, the policy was lowered); and shards of this key's runs that are not in a vault record (a run
 * was killed, and sealed differently later).
 *
 * A writer removes only copies that it sent, and that no other writer also sent. A copy waits some days, as this machine
 * counts them (cmd/vault/sealed/waiting.h, the file "surplus"): of a retired shard since its record was seen here, and until
 * the newest vault record of every writer follows that record; a writer without it may still rely on the shard, and one that
 * names it again keeps it. Copies of a shard in the vault are never reduced below the policy, which is the largest of this
 * one and the last sealed ones of the other writers: the kept copies are at holders that are reached, do not fail together,
 * and prove a random leaf now, those with the highest ranks (cmd/vault/sealed/placement.h): all writers keep the same, so
 * that enough remain if several release copies at once; for a stripe, all its shards stay in different domains. Then a drop
 * record ends the copy's validity, and it is removed. If a server keeps it for its term, every later prune tries again.
 */
#ifndef VV_CMD_VAULT_WORK_SURPLUS_H
#define VV_CMD_VAULT_WORK_SURPLUS_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/vault/work/session.h"

typedef struct vv_surplus {
	uint64_t grace_sec;
	bool dry_run;
	/* Afterwards; of copies: */
	uint64_t deleted, retired; /* retired: of these, of retired shards */
	uint64_t waiting;          /* that stay until later; not of retired shards */
	uint64_t waiting_shards;   /* retired ones that stay until later */
	bool blocked;              /* a writer's records do not include a retirement */
	uint8_t blocker[VV_KEY_PUBLIC];
	uint64_t shared; /* that stay since another writer sent them, or has no known policy */
	unsigned policy; /* the largest policy, if it is not one's own; else 0 */
	uint8_t policy_of[VV_KEY_PUBLIC];
	uint64_t held;                /* that a holder does not let go of yet */
	char holding[VV_MESSAGE_MAX]; /* the first of them: why; "" */
} vv_surplus;

/* The session was connected just now, and the key is a writer's. */
vv_status vv_surplus_run(vv_surplus *x, vv_vault_session *s, vv_error *err);

#endif
