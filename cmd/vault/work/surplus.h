/*
 * surplus: copies that are at holders and that nothing needs: of retired shards; of shards in the vault more copies than
 * the policy asks for (they became stripes, a holder came back, the policy went down); and shards that this key's runs
 * brought, and that came into no vault record (a run that was killed, and sealed otherwise later).
 *
 * A writer removes only copies that it brought, and that no other writer brought there too. A copy waits some days, as this
 * machine counts them (cmd/vault/sealed/waiting.h, the file "surplus"): of a retired shard since its record was seen here,
 * and until the newest vault record of every writer follows that record; who does not know of it may still count on the
 * shard, and one that names it again keeps it. Of a shard that is in the vault nothing is let go of below
 * the policy, which is the largest of this one and of those that the other writers sealed last: what is kept of a
 * shard are copies at holders that are reached, do not fail together, and show a random leaf now, those with the
 * highest ranks (cmd/vault/sealed/placement.h): all writers keep the same, so that several who let go at once leave
 * enough; of a stripe, so that all its shards stand apart. Then a drop record ends its validity, and it is removed. A server
 * that keeps it for its term is asked again by every later prune.
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
	uint64_t waiting;          /* that stay for now; not of retired shards */
	uint64_t waiting_shards;   /* retired ones that stay for now */
	bool blocked;              /* a writer has not seen a retirement */
	uint8_t blocker[VV_KEY_PUBLIC];
	uint64_t
		shared; /* that stay since another writer brought them, or did not say what it wants */
	unsigned policy; /* the largest policy, where it is not one's own; else 0 */
	uint8_t policy_of[VV_KEY_PUBLIC];
	uint64_t held;                /* that a holder does not let go of yet */
	char holding[VV_MESSAGE_MAX]; /* the first of them: why; "" */
} vv_surplus;

/* The session was connected just now, and the key is a writer's. */
vv_status vv_surplus_run(vv_surplus *x, vv_vault_session *s, vv_error *err);

#endif
