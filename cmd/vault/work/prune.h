/*
 * prune: runs that are mostly dead, or many small ones, written again as one; then removes unneeded shards.
 *
 * Under a policy of stripes, runs in whole copies are written again, if they would fill a stripe. Alive are items
 * reachable from the refs of any writer, and bases of alive items. Only runs of the same author are rewritten. Their
 * shards are retired by a record; then they are released, as are other unneeded copies (surplus.h).
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
	uint64_t sent;         /* bytes, for rewritten runs */
	uint64_t dead;         /* items that were left out */
	/* runs that are kept with all before them: holders that have one of these are away */
	uint64_t unread;
	uint64_t unready;   /* runs that stay, since their rewritten items lack copies */
	uint64_t owed;      /* copies that could not be brought before */
	vv_surplus surplus; /* the released copies */
} vv_prune;

/* The session is connected, and the key a writer's. VV_EMISSING: refs of another writer are missing here, so that
 * alive items are unknown. */
vv_status vv_prune_run(vv_prune *x, vv_vault_session *s, vv_error *err);

#endif
