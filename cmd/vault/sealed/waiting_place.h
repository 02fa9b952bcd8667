/*
 * waiting_place: finds the place records of an author that wait for a receipt.
 *
 * A place record has no receipt if the holder refused its shards or disconnected, or if the process
 * was killed. The next attempt uses the same records again, so that the ledger does not grow with
 * each attempt at a holder that is full. If a later record drops or retires a shard of a place
 * record, the place record does not wait, because a server would refuse this shard.
 */
#ifndef VV_CMD_VAULT_SEALED_WAITING_PLACE_H
#define VV_CMD_VAULT_SEALED_WAITING_PLACE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "cmd/vault/hold/ledger.h"

/* Selects the place records of an author for a holder. All members are borrowed. */
typedef struct vv_place_of {
	const vv_ledger *ledger;
	const uint8_t *author; /* VV_KEY_PUBLIC */
	const uint8_t *holder; /* VV_HOLDER_ID */
	const uint8_t *key;    /* the holder's key; NULL: only records without a key */
} vv_place_of;

/* Sets *out to an array of the *count place records that wait. The records are borrowed from the
 * ledger. The caller frees *out with vv_free, also on failure. */
vv_status vv_waiting_places(const vv_ledger_record ***out, size_t *count, const vv_place_of *of,
			    vv_error *err);

#endif
