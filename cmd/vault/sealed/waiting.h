/*
 * waiting: how long this machine has seen things wait, each called by a CID, in a file.
 *
 * What passes between two commands counts, at most 7 days each time, and nothing when it was more than a year: no
 * clock that is far off, in a record or on this machine, ends a wait early. What was not seen this time is
 * forgotten, and begins again. What cannot be read begins again, too.
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

/* now: seconds since 1970. Without the file nothing has waited yet. */
vv_status vv_waiting_open(vv_waiting **out, const char *path, uint64_t now, vv_error *err);
void vv_waiting_close(vv_waiting *w); /* accepts NULL */
VV_AUTO_FREE(vv_waiting, vv_waiting_close)

/* The thing waits still, or from now on. *sec (may be NULL): for how many seconds. */
vv_status vv_waiting_see(vv_waiting *w, const vv_cid *thing, uint64_t *sec, vv_error *err);
/* For the next time. Without it nothing changes. */
vv_status vv_waiting_write(const vv_waiting *w, vv_error *err);

/*
 * waiting_place: place records of an author that wait for his receipt.
 *
 * A holder refused what they name, went away in the middle, or the run was killed. They are good for the next try, so
 * that a holder without room does not make the ledger grow with each one. A record that a later drop or retire let go
 * of does not wait: a server would not take its shards.
 */

typedef struct vv_place_of {
	const vv_ledger *ledger;
	const uint8_t *author; /* VV_KEY_PUBLIC */
	const uint8_t *holder; /* VV_HOLDER_ID */
	const uint8_t *key;    /* the holder's; NULL: it has none */
} vv_place_of;

/* All that wait, borrowed from the ledger; the list is the caller's, also on failure. */
vv_status vv_waiting_places(const vv_ledger_record ***out, size_t *count, const vv_place_of *of,
			    vv_error *err);

#endif
