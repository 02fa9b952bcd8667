/*
 * standing: what holders that sign have kept for this machine, as its own audits prove it.
 *
 * A copy that this machine placed is proved from its receipt to the first audit of its holder after it in which
 * everything was right, and from then to the next one. An audit that finds something wrong proves nothing, and what
 * was not proved before it is never. Of that time the last VV_STANDING_DAYS count: bytes of the shard times days,
 * byte-days. Places and audits of others do not count. Audits dated after now do not count yet.
 *
 * docs/formats/vault.md has the rules, and a test computes them again from the records.
 *
 *	vv_standing s = {.now = now, .self = key};
 *	vv_standing_add(&s, ledger, state, err);         of each vault, once
 *	s.lines[...]; vv_standing_clear(&s);
 */
#ifndef VV_CMD_VAULT_HOLD_STANDING_H
#define VV_CMD_VAULT_HOLD_STANDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/keys/key.h"
#include "base/sys.h"
#include "cmd/vault/hold/vault_state.h"

#define VV_STANDING_DAYS 30u

/* What is proved of one holder in one vault. */
typedef struct vv_standing_line {
	vv_cid vault;
	uint8_t holder[VV_KEY_PUBLIC];
	uint64_t byte_days;    /* whole ones */
	uint64_t rest;         /* and byte-seconds, fewer than a day's */
	uint64_t bytes;        /* that the last audits proved, of what is not let go of */
	uint64_t good, failed; /* audits in the window */
	uint64_t ahead;        /* dated after now */
	uint64_t proven;       /* when the last good one was; 0: never */
} vv_standing_line;

typedef struct vv_standing {
	uint64_t now; /* seconds since 1970 */
	const uint8_t *self;
	vv_standing_line *lines;
	size_t count, cap;
} vv_standing;

/* VV_EREFUSED: more byte-days than fit in a number. */
vv_status vv_standing_add(vv_standing *s, const vv_ledger *l, const vv_vault_state *state,
			  vv_error *err);
void vv_standing_clear(vv_standing *s);
VV_AUTO_CLEAR(vv_standing, vv_standing_clear)

/* Of all vaults; UINT64_MAX: more than fit in a number. */
uint64_t vv_standing_byte_days(const vv_standing *s, const uint8_t holder[VV_KEY_PUBLIC]);

/* How a server rewards it. */
typedef struct vv_reward {
	uint64_t size;      /* no room is more */
	uint64_t ratio;     /* thousandths of a byte of room for a byte that was kept all days */
	uint64_t allowance; /* bytes for whoever is trusted */
} vv_reward;

/* The room of a holder: the allowance, and its byte-days times ratio, through days. */
uint64_t vv_standing_room(const vv_standing *s, const vv_reward *reward,
			  const uint8_t holder[VV_KEY_PUBLIC]);

#endif
