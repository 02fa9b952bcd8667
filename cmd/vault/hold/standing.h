/*
 * standing: the bytes that signing holders keep for this machine, as its own audits prove them.
 *
 * A copy that this machine placed is proved by this machine's last audit of its holder, where that is not older than
 * VV_STANDING_DAYS, came after the receipt, and found everything right. Places and audits of others do not count, nor
 * do audits dated after now.
 *
 * docs/formats/vault.md has the rules, and a test computes them again from the records.
 *
 *	vv_standing s = {.now = now, .self = key};
 *	vv_standing_add(&s, ledger, state, err);         of each vault, once
 *	vv_standing_of(&s, key); vv_standing_clear(&s);
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

/* The proofs about one holder. */
typedef struct vv_standing_line {
	uint8_t holder[VV_KEY_PUBLIC];
	uint64_t bytes;
	uint64_t proven; /* when the last audit that counts was */
} vv_standing_line;

typedef struct vv_standing {
	uint64_t now; /* seconds since 1970 */
	const uint8_t *self;
	vv_standing_line *lines;
	size_t count, cap;
} vv_standing;

vv_status vv_standing_add(vv_standing *s, const vv_ledger *l, const vv_vault_state *state,
			  vv_error *err);
void vv_standing_clear(vv_standing *s);
VV_AUTO_CLEAR(vv_standing, vv_standing_clear)

/* The sum over all vaults; zeros: none. */
vv_standing_line vv_standing_of(const vv_standing *s, const uint8_t holder[VV_KEY_PUBLIC]);

/* Room for bytes that are kept: ratio thousandths of them, at most `most`. */
uint64_t vv_standing_room(uint64_t bytes, uint64_t ratio, uint64_t most);

#endif
