/*
 * surplus: copies that lie at holders and that nothing needs: of shards in the vault more copies than the policy
 * asks for (they became stripes, a holder came back, the policy went down), and shards that this key's runs
 * brought, and that came into no vault record (a run that was killed, and sealed otherwise later).
 *
 * Copies in the vault go only where this key is the vault's only writer: another one may have another policy, and may
 * be letting go of the others at this moment. Nothing is let go of below the policy: what is kept of a shard are copies at holders that are reached, do not fail
 * together, and show a random leaf now; of a stripe, so that all its shards stand apart. It waits as long as
 * retired shards do (transport/vault/waiting.h, the file "surplus"). Then a drop record says that the copy counts no longer, and
 * after that it is removed; a server that keeps it for its term is asked again by every later prune.
 */
#ifndef VV_CMD_WORK_VAULT_SURPLUS_H
#define VV_CMD_WORK_VAULT_SURPLUS_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/work/vault/session.h"

typedef struct vv_surplus {
	uint64_t grace_sec;
	bool dry_run;
	/* Afterwards; all of copies. */
	uint64_t deleted;
	uint64_t waiting;             /* that stay for now */
	uint64_t shared;              /* that stay since others write in the vault, too */
	uint64_t held;                /* that a holder does not let go of yet */
	char holding[VV_MESSAGE_MAX]; /* the first of them: why; "" */
} vv_surplus;

/* The session was connected just now, and the key is a writer's. */
vv_status vv_surplus_run(vv_surplus *x, vv_vault_session *s, vv_error *err);

#endif
