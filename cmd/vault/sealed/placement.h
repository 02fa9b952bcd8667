/*
 * placement: chooses the holders of a shard.
 *
 * The method is rendezvous hashing: a holder's rank for a shard is the SHA-256 of the shard's digest and the
 * holder's id. The holders with the highest ranks are chosen, at most one from each failure domain. So if a holder
 * is added or removed, only its own shards are moved, as far as failure domains allow. The functions only choose
 * holders; the ledger records which holders have a shard.
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
	/* the name of the failure domain, which is equal for holders that fail together; "": not known, so a domain
	 * of its own */
	const char *domain;
} vv_placeable;

/* Chooses the holder with the highest rank from each failure domain. Sets out, which has room for count elements, to
 * the indexes of these holders, highest rank first, and returns their number. */
size_t vv_placement(size_t *out, const vv_cid *shard, const vv_placeable *holders, size_t count);

/* For the shards of a stripe: has[i][h] is true if holder h has shard i. Assigns to as many shards as possible a
 * holder that has the shard, so that no two of these holders are in one failure domain. out[i] is set to the index
 * of the holder for shard i; SIZE_MAX: the shard has no such holder. */
vv_status vv_placement_apart(size_t *out, const bool *const *has, size_t shards,
			     const vv_placeable *holders, size_t count, vv_error *err);

#endif
