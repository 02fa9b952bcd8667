/*
 * standing: computes the standing of each holder (cmd/vault/sealed/holder.h). The standing is the
 * number of bytes that the holder provably stores for this machine.
 *
 * Only holders that sign receipts with a key other than this machine's key have a standing. A copy
 * that this machine placed counts if this machine's last audit of the holder was made after the
 * receipt and at most VV_STANDING_DAYS ago, and found no fault. Copies that other machines placed,
 * audits that other machines made, and audits dated after `now` do not count. Retired shards do not
 * count, and neither do copies that this machine's audits found missing or changed since the
 * receipt. A shard counts once for each vault and key, even if a holder has several URLs.
 *
 * docs/formats/vault.md has the rules. A test computes the standings again from the records.
 *
 * 	vv_standing s = {.now = now, .self = key};
 * 	vv_standing_add(&s, ledger, state, err);         once for each vault
 * 	vv_standing_of(&s, key); vv_standing_clear(&s);
 */
#ifndef VV_CMD_VAULT_HOLD_STANDING_H
#define VV_CMD_VAULT_HOLD_STANDING_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/keys/key.h"
#include "cmd/vault/hold/ledger.h"
#include "cmd/vault/hold/vault_state.h"

#define VV_STANDING_DAYS 30u

/* The standing of one holder. */
typedef struct vv_standing_line {
	uint8_t holder[VV_KEY_PUBLIC]; /* the holder's key */
	uint64_t bytes;                /* bytes of the copies that count */
	uint64_t proven; /* the time of the last audit that counts, in seconds since 1970 */
} vv_standing_line;

/* The standings of all holders, from the vaults that were added. The caller sets now and self, and
 * zeroes the other members. */
typedef struct vv_standing {
	uint64_t now;            /* seconds since 1970 */
	const uint8_t *self;     /* this machine's public key; borrowed */
	vv_standing_line *lines; /* one for each holder with a standing */
	size_t count, cap;
} vv_standing;

/* Adds the copies of one vault, from its ledger and the state computed from the ledger. */
vv_status vv_standing_add(vv_standing *s, const vv_ledger *l, const vv_vault_state *state,
			  vv_error *err);
void vv_standing_clear(vv_standing *s);
VV_AUTO_CLEAR(vv_standing, vv_standing_clear)

/* Returns the standing of the holder with this key. If the holder has no standing, all members of
 * the result are zero. */
vv_standing_line vv_standing_of(const vv_standing *s, const uint8_t holder[VV_KEY_PUBLIC]);

/* Returns the number of bytes that this machine stores for a holder in return for `bytes` that the
 * holder stores: bytes * ratio / 1000, but at most `most`. */
uint64_t vv_standing_room(uint64_t bytes, uint64_t ratio, uint64_t most);

#endif
