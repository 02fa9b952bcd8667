/*
 * stripe: computes parity shards and missing shards of a stripe. A stripe has K data shards, all
 * full, and M parity shards; any K of these K + M shards determine the others.
 *
 * The shards of a stripe are numbered: data shards from 0 to K - 1, parity shards from K on. The
 * code is Reed-Solomon over GF(256) with the polynomial 0x11d. It covers the bytes before the
 * trailers. Let d(j, n) be byte n of data shard j. Byte n of parity shard p is the sum, over all j
 * from 0 to K - 1, of the products d(j, n) * inverse(p xor j). Sum (which is xor), product and
 * inverse are those of GF(256). Like every shard, a parity shard consists of leaves and a trailer,
 * is named by its CID, and is audited. A parity shard has no header, because it is never opened.
 * Format: docs/formats/vault.md.
 *
 * A correct caller calls vv_stripe_open with the numbers of K given shards and of the wanted
 * shards, vv_stripe_take once for each given shard, in any order, vv_stripe_get for each wanted
 * shard, and vv_stripe_close. All wanted shards are in memory at once; given shards are passed one
 * by one.
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

/* Prepares the computation. from: the distinct numbers of the K given shards. wanted: the numbers
 * of the wanted_count shards to compute. VV_ECORRUPT: `from` has a number twice. */
vv_status vv_stripe_open(vv_stripe_work **out, vv_code code, const uint8_t *from,
			 const uint8_t *wanted, size_t wanted_count, vv_error *err);
/* Adds the given shard from[at]. bytes: the whole shard, len bytes. The caller has checked its CID.
 * VV_ECORRUPT: the shard is not full. */
vv_status vv_stripe_take(vv_stripe_work *w, size_t at, const void *bytes, size_t len,
			 vv_error *err);
/* Sets *bytes to the whole shard wanted[i], and *out to its properties. Call this only after all
 * given shards were added: otherwise, the shard is wrong. */
vv_status vv_stripe_get(const vv_stripe_work *w, size_t i, vv_buf *bytes, vv_shard *out,
			vv_error *err);
void vv_stripe_close(vv_stripe_work *w); /* accepts NULL */
VV_AUTO_FREE(vv_stripe_work, vv_stripe_close)

#endif
