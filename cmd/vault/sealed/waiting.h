/*
 * waiting: a file with the times that this machine has observed things waiting, each named by a CID.
 *
 * The time between two commands counts, at most 7 days each, and 0 if it was more than a year: so a wrong clock,
 * in a record or on this machine, does not end a wait early. A thing not observed by a run is forgotten, and
 * begins again. An unreadable file begins again, too.
 */
#ifndef VV_CMD_VAULT_SEALED_WAITING_H
#define VV_CMD_VAULT_SEALED_WAITING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "cmd/vault/hold/ledger.h"
#include "repo/blocks/cid.h"

typedef struct vv_waiting vv_waiting;

/* now: seconds since 1970. If the file is missing, nothing has waited yet. */
vv_status vv_waiting_open(vv_waiting **out, const char *path, uint64_t now, vv_error *err);
void vv_waiting_close(vv_waiting *w); /* accepts NULL */
VV_AUTO_FREE(vv_waiting, vv_waiting_close)

/* Observes that the thing is waiting. *sec (may be NULL): for how many seconds. */
vv_status vv_waiting_see(vv_waiting *w, const vv_cid *thing, uint64_t *sec, vv_error *err);
/* Saves the file for the next command. Without this call, the file is unchanged. */
vv_status vv_waiting_write(const vv_waiting *w, vv_error *err);

/*
 * waiting_place: place records of an author that wait for a receipt.
 *
 * A holder refused their shards, disconnected in the middle, or the run was killed. The next try uses them again, so
 * that a holder without space does not make the ledger grow with each try. A record released by a later drop or
 * retire does not wait: a server would refuse its shards.
 */

typedef struct vv_place_of {
	const vv_ledger *ledger;
	const uint8_t *author; /* VV_KEY_PUBLIC */
	const uint8_t *holder; /* VV_HOLDER_ID */
	const uint8_t *key;    /* the holder's key; NULL: the holder has no key */
} vv_place_of;

/* All that wait, borrowed from the ledger; the list is the caller's, also on failure. */
vv_status vv_waiting_places(const vv_ledger_record ***out, size_t *count, const vv_place_of *of,
			    vv_error *err);

#endif
