/*
 * stripe: K full shards, and M parity shards made of them: any K of these K + M give all others back.
 *
 * The code is Reed-Solomon over GF(256) with the polynomial 0x11d, over what is before the trailers: byte n of
 * parity shard i is the sum (xor), over all data shards j, of byte n of shard j times the inverse of
 * (K + i) xor j. Shards of a stripe are numbered: 0 to K - 1 the data, then the parity. A parity shard is such
 * leaves with their trailer, called by its CID and audited as any shard; it has no header, since it is
 * never opened. Format: docs/formats/vault.md.
 *
 * A correct caller: open, which lists what is made of what; take each of the K, one after the other, in
 * any order; get what is wanted; close. One shard of the K, and what is wanted, are in memory.
 */
#ifndef VV_CMD_VAULT_SEALED_STRIPE_H
#define VV_CMD_VAULT_SEALED_STRIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "cmd/vault/hold/code.h"
#include "cmd/vault/hold/shard.h"

typedef struct vv_stripe_work vv_stripe_work;

/* from: the numbers of the K shards that there are, no two equal; wanted: of those to be made. */
vv_status vv_stripe_open(vv_stripe_work **out, vv_code code, const uint8_t *from,
			 const uint8_t *wanted, size_t wanted_count, vv_error *err);
/* bytes: the whole shard from[at], whose CID was checked. VV_ECORRUPT: it is not a full one. */
vv_status vv_stripe_take(vv_stripe_work *w, size_t at, const void *bytes, size_t len,
			 vv_error *err);
/* All were taken: bytes gets the whole shard wanted[i] in the place of its content, out what it is called. */
vv_status vv_stripe_get(const vv_stripe_work *w, size_t i, vv_buf *bytes, vv_shard *out,
			vv_error *err);
void vv_stripe_close(vv_stripe_work *w); /* accepts NULL */
VV_AUTO_FREE(vv_stripe_work, vv_stripe_close)

#endif
