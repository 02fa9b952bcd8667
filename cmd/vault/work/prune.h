/*
 * prune: rewrites runs that are mostly dead, combines small runs, and then removes unneeded copies.
 *
 * An item is alive if it is reachable from the refs of any writer, or is the base of an alive item.
 * All other items are dead. A run is rewritten without its dead items if more than half of its
 * items are dead. Runs with less than one full shard are combined when together they fill a shard.
 * If the policy has an erasure code (cmd/vault/hold/code.h), runs without stripes are combined
 * instead when together they fill a stripe. Only runs that the session's key wrote are rewritten.
 *
 * Items that were erased (repo/known/erased.h) do not wait for the other half: a run is also
 * rewritten if it has one that is dead, or stores an item as a difference to one, which is then
 * stored whole.
 *
 * After runs were rewritten, a record retires their shards. Then unneeded copies are removed
 * (surplus.h).
 */
#ifndef VV_CMD_VAULT_WORK_PRUNE_H
#define VV_CMD_VAULT_WORK_PRUNE_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/vault/work/session.h"
#include "cmd/vault/work/surplus.h"

/* The arguments and results of vv_prune_run. */
typedef struct vv_prune {
	uint64_t grace_sec; /* as in vv_surplus */
	bool dry_run;       /* count only, and change nothing */
	/* only combine runs, with all their items, dead or alive; do not replicate, and remove no
	 * copies */
	bool tails;
	/* The members below are results. */
	uint64_t runs,  /* runs that were rewritten, or retired because all their items are dead */
		shards; /* shards of these runs */
	uint64_t sent;  /* bytes that were sent for rewritten runs */
	uint64_t dead;  /* dead items that were left out of rewritten runs */
	/* runs that were not rewritten because some content could not be read: the first runs of
	 * the vault, up to the last run that no reachable holder has */
	uint64_t unread;
	/* runs that were not retired, because their rewritten items have too few copies */
	uint64_t unready;
	/* runs with erased items that were not rewritten, for one of these two reasons */
	uint64_t erased;
	uint64_t owed;      /* copies that were owed before, and could not be sent */
	vv_surplus surplus; /* the removed copies */
} vv_prune;

/* Prunes the vault, after replicating (unless dry_run or tails is set). The session must be
 * connected, and its key must be a writer's. VV_EMISSING: this repository does not have the commits
 * of another writer's refs, so it is not known which items are alive. VV_EREFUSED: no reachable
 * holder has some shards, or (tails) the rewritten runs have too few copies. */
vv_status vv_prune_run(vv_prune *x, vv_vault_session *s, vv_error *err);

#endif
