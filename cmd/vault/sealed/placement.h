/*
 * placement: chooses the holders of a shard.
 *
 * Rendezvous hashing: a holder's rank for a shard is SHA-256 of the shard's digest and the holder's id; the highest
 * ranks win, one of each failure domain. So adding or removing a holder moves only its own shards, as far as domains
 * allow. The ledger has the current places of a shard; this only chooses new ones.
 */
#ifndef VV_CMD_VAULT_SEALED_PLACEMENT_H
#define VV_CMD_VAULT_SEALED_PLACEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/blocks/cid.h"

typedef struct vv_placeable {
	const uint8_t *id; /* VV_HOLDER_ID bytes */
	/* holders that fail together have the same name; "": unknown, a domain of its own */
	const char *domain;
} vv_placeable;

/* Puts the places (in holders) of the best ones into out, which has room for count, best first, at most one
 * of a domain; returns how many these are. */
size_t vv_placement(size_t *out, const vv_cid *shard, const vv_placeable *holders, size_t count);

/* For the shards of a stripe: has[i] marks the holders of shard i. out[i]: the holder at which it counts, no
 * two in one domain, for as many shards as possible; SIZE_MAX for others. */
vv_status vv_placement_apart(size_t *out, const bool *const *has, size_t shards,
			     const vv_placeable *holders, size_t count, vv_error *err);

/* How many domains there are. */
size_t vv_domain_count(const vv_placeable *holders, size_t count);

#endif
