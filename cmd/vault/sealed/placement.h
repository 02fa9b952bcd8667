/*
 * placement: chooses the holders (holder.h) of a shard.
 *
 * The method is rendezvous hashing: a holder's rank for a shard is the SHA-256 of the shard's
 * digest and the holder's id. The holders with the highest ranks are chosen, at most one from each
 * failure domain. So adding or removing a holder moves only shards of this holder, apart from
 * changes within failure domains. The functions only choose holders; the vault's ledger
 * (cmd/vault/hold/ledger.h) records which holders have a shard.
 */
#ifndef VV_CMD_VAULT_SEALED_PLACEMENT_H
#define VV_CMD_VAULT_SEALED_PLACEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/blocks/cid.h"

/* A holder that can be chosen. */
typedef struct vv_placeable {
	const uint8_t *id; /* VV_HOLDER_ID bytes */
	/* the name of the failure domain, which is the same for holders that may fail together; "":
	 * not known, and different from the domains of all other holders */
	const char *domain;
} vv_placeable;

/* Chooses in each failure domain the holder with the highest rank for the shard. Sets out, which
 * has room for count elements, to the indexes of the chosen holders, highest rank first, and
 * returns their number. */
size_t vv_placement(size_t *out, const vv_cid *shard, const vv_placeable *holders, size_t count);

/* Assigns holders to the shards of a stripe. has[i][h] is true if holder h has shard i. A shard
 * gets at most one holder, and only a holder that has the shard. No two assigned holders are in the
 * same failure domain. As many shards as possible get a holder. Sets out[i] to the index of the
 * holder for shard i, or to SIZE_MAX if shard i gets no holder. */
vv_status vv_placement_apart(size_t *out, const bool *const *has, size_t shards,
			     const vv_placeable *holders, size_t count, vv_error *err);

#endif
