/*
 * standing: what holders that sign have kept for this machine and for those whom its user trusts, as audits
 * prove it.
 *
 * A copy is proved from its receipt to the first audit of its holder after it in which everything was right,
 * and from then to the next one. An audit that finds something wrong proves nothing, and what was
 * not proved before it is never. Of that time the last VV_STANDING_DAYS count: bytes of the shard times days,
 * byte-days. Whose audits, and places: this machine's key, and keys that are trusted; never the holder's own
 * word of itself. Audits dated after now do not count yet.
 *
 * Each vault and holder has a line for each auditor; where several audit one copy, it counts once: the lines of
 * this machine count, where it has some, else those of the trusted auditor who proved the most.
 * docs/formats/vault.md has the rules, and a test computes them again from the records.
 *
 *	vv_standing s = {.now = now, .self = key, .trusted = keys, .trusted_count = n};
 *	vv_standing_add(&s, ledger, state, err);         of each vault, once
 *	vv_standing_settle(&s);
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

/* What one auditor has proved of one holder in one vault. */
typedef struct vv_standing_line {
	vv_cid vault;
	uint8_t holder[VV_KEY_PUBLIC], auditor[VV_KEY_PUBLIC];
	uint64_t byte_days;    /* whole ones */
	uint64_t rest;         /* and byte-seconds, fewer than a day's */
	uint64_t bytes;        /* that its last audits proved, of what is not let go of */
	uint64_t good, failed; /* audits in the window, of something that this auditor may prove */
	uint64_t ahead;        /* dated after now */
	uint64_t proven;       /* when the last good one was; 0: never */
	bool counts;           /* settle says */
} vv_standing_line;

typedef struct vv_standing {
	uint64_t now; /* seconds since 1970 */
	const uint8_t *self;
	const uint8_t (*trusted)[VV_KEY_PUBLIC];
	size_t trusted_count;
	vv_standing_line *lines;
	size_t count, cap;
} vv_standing;

/* VV_EREFUSED: more byte-days than fit in a number. */
vv_status vv_standing_add(vv_standing *s, const vv_ledger *l, const vv_vault_state *state,
			  vv_error *err);
/* Says which lines count. */
void vv_standing_settle(vv_standing *s);
void vv_standing_clear(vv_standing *s);
VV_AUTO_CLEAR(vv_standing, vv_standing_clear)

/* How a server rewards it. */
typedef struct vv_reward {
	uint64_t size;      /* no room is more */
	uint64_t ratio;     /* thousandths of a byte of room for a byte that was kept all days */
	uint64_t allowance; /* bytes for whoever is trusted */
} vv_reward;

/* The room that lines of one auditor bring a holder. */
typedef struct vv_room_part {
	const uint8_t *auditor; /* borrowed from a line */
	uint64_t byte_days;     /* of the lines that count */
	uint64_t most;          /* UINT64_MAX: this machine's own word has no bound */
	uint64_t room;          /* bytes: times ratio, through days, at most `most` */
} vv_room_part;
VV_AUTO_FREE(vv_room_part, vv_free) /* an array of them */

/* The room of a holder: base, and a part for each auditor (parts has room for trusted_count + 1 of them), own
 * audits first. What a trusted one says of others brings each of them at most the room that it has itself: the
 * allowance, and what this machine's own audits say of it. */
uint64_t vv_standing_room(const vv_standing *s, const vv_reward *reward, uint64_t base,
			  const uint8_t holder[VV_KEY_PUBLIC], vv_room_part *parts, size_t *count);

#endif
