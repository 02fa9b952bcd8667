/*
 * stripe: K full shards, and M parity shards made of them: the others can be made from any K of these K + M.
 *
 * The code is Reed-Solomon over GF(256) with the polynomial 0x11d, over the bytes before the trailers: byte n
 * of parity shard i is the sum (xor), over all data shards j, of byte n of shard j times the inverse of (K +
 * i) xor j. Shards of a stripe are numbered: 0 to K - 1 the data, then the parity. A parity shard is such
 * leaves with their trailer, named by its CID and audited as any shard; it has no header, since it is never
 * opened. Format: docs/formats/vault.md.
 *
 * A correct caller: open, with the source and wanted shards; take each of the K, one by one, in any order;
 * get the wanted ones; close. Memory contains one shard of the K, and the wanted ones.
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
/* After all were taken: bytes gets the whole shard wanted[i], replacing its content, out its name. */
vv_status vv_stripe_get(const vv_stripe_work *w, size_t i, vv_buf *bytes, vv_shard *out,
			vv_error *err);
void vv_stripe_close(vv_stripe_work *w); /* accepts NULL */
VV_AUTO_FREE(vv_stripe_work, vv_stripe_close)

#endif
