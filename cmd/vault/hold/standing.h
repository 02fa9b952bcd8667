/*
 * standing: computes the standing of each holder (cmd/vault/sealed/holder.h): the number of bytes
 * that it provably keeps for this machine.
 *
 * Only holders that sign receipts have a standing. A copy that this machine placed counts if this
 * machine's last audit of the holder was made after the receipt and at most VV_STANDING_DAYS ago,
 * and found no fault. Copies that other machines placed, audits that other machines made, and
 * audits dated after `now` do not count.
 *
 * docs/formats/vault.md has the rules; a test computes the numbers again from the records.
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

/* The standings of all holders, from the vaults that were added. Set now and self, and zero the
 * other members. */
typedef struct vv_standing {
	uint64_t now;            /* seconds since 1970 */
	const uint8_t *self;     /* this machine's public key; borrowed */
	vv_standing_line *lines; /* one for each holder */
	size_t count, cap;
} vv_standing;

/* Adds the copies of one vault, from its ledger and the state computed from the ledger. */
vv_status vv_standing_add(vv_standing *s, const vv_ledger *l, const vv_vault_state *state,
			  vv_error *err);
void vv_standing_clear(vv_standing *s);
VV_AUTO_CLEAR(vv_standing, vv_standing_clear)

/* Returns the standing of a holder, from all vaults that were added; all zeros: the holder has no standing. */
vv_standing_line vv_standing_of(const vv_standing *s, const uint8_t holder[VV_KEY_PUBLIC]);

/* Computes the space that this machine grants in return for `bytes` that a holder keeps: bytes * ratio / 1000, but at
 * most `most`. */
uint64_t vv_standing_room(uint64_t bytes, uint64_t ratio, uint64_t most);

#endif
