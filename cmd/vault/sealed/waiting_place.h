/*
 * waiting_place: place records of an author that wait for his receipt.
 *
 * A holder refused what they name, went away in the middle, or the run was killed. They are good for the next try, so
 * that a holder without room does not make the ledger grow with each one. A record that a later drop or retire let go
 * of does not wait: a server would not take its shards.
 */
#ifndef VV_CMD_VAULT_SEALED_WAITING_PLACE_H
#define VV_CMD_VAULT_SEALED_WAITING_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "cmd/vault/hold/ledger.h"

typedef struct vv_place_of {
	const vv_ledger *ledger;
	const uint8_t *author; /* VV_KEY_PUBLIC */
	const uint8_t *holder; /* VV_HOLDER_ID */
	const uint8_t *key;    /* the holder's; NULL: it has none */
} vv_place_of;

/* *out: the last record that names exactly these shards in this order, borrowed from the ledger, or NULL; named[i]:
 * shard i is named by one that waits. */
vv_status vv_waiting_place_find(const vv_ledger_record **out, bool *named, const vv_place_of *of,
				const vv_shard *shards, size_t count, vv_error *err);

#endif
