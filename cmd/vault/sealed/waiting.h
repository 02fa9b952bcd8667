/*
 * waiting: measures for how long things have been waiting, and stores the times in a file. Each
 * thing is named by a CID; for example, a surplus copy of a shard waits for its removal.
 *
 * The waiting time is the sum of the times between commands. The time between two commands counts
 * as at most 7 days, and as 0 if it is more than a year. So a wrong clock, in a record or on this
 * machine, does not end a wait early. If a command does not observe a thing, the thing is removed
 * from the file, and its time starts again at 0. If the file is unreadable, all times start again
 * at 0.
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

/* Reads the file path. now is the current time, in seconds since 1970. A missing file counts as an
 * empty file. */
vv_status vv_waiting_open(vv_waiting **out, const char *path, uint64_t now, vv_error *err);
void vv_waiting_close(vv_waiting *w); /* accepts NULL */
VV_AUTO_FREE(vv_waiting, vv_waiting_close)

/* Records that a thing is observed: it is still waiting. Sets *sec (may be NULL) to its waiting
 * time in seconds. */
vv_status vv_waiting_see(vv_waiting *w, const vv_cid *thing, uint64_t *sec, vv_error *err);
/* Writes the file for the next command. Without this call, the file is unchanged. */
vv_status vv_waiting_write(const vv_waiting *w, vv_error *err);

/*
 * waiting_place: finds the place records of an author that wait for a receipt.
 *
 * A place record waits if the holder refused its shards or disconnected, or if the process was
 * killed. The next attempt uses the same records again, so that the ledger does not grow with each
 * attempt at a holder without space. A record whose shards a later record drops or retires does not
 * wait, because a server would refuse these shards.
 */

/* Which place records to find: those of an author for a holder. */
typedef struct vv_place_of {
	const vv_ledger *ledger;
	const uint8_t *author; /* VV_KEY_PUBLIC */
	const uint8_t *holder; /* VV_HOLDER_ID */
	const uint8_t *key;    /* the holder's key; NULL: the holder has no key */
} vv_place_of;

/* Sets *out to an array of the *count place records that wait; the records are borrowed from the
 * ledger. The caller frees *out with vv_free, also on failure. */
vv_status vv_waiting_places(const vv_ledger_record ***out, size_t *count, const vv_place_of *of,
			    vv_error *err);

#endif
