/*
 * hold_room: the allowed and used space of each identity.
 *
 * A vault counts for the signer of its first record, if that identity is admitted; else for each admitted
 * identity that has signed a record of it. The sizes of a vault's records and shards are read from the disk:
 * no number outlives the process, and files of a killed one are counted, too. Reduced space deletes nothing:
 * only new data is refused.
 *
 * Not for several threads at once: call under hold's lock.
 */
#ifndef VV_CMD_VAULT_HOLD_HOLD_ROOM_H
#define VV_CMD_VAULT_HOLD_HOLD_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "cmd/vault/hold/hold_vault.h"
#include "transport/places/place.h"

typedef struct vv_hold_room vv_hold_room;

/* place: the folder of stored copies, NULL if none ever were; rules: both are borrowed until
 * close. */
vv_status vv_hold_room_open(vv_hold_room **out, const vv_hold_rules *rules, const vv_place *place,
			    vv_error *err);
void vv_hold_room_close(vv_hold_room *r); /* accepts NULL */
VV_AUTO_FREE(vv_hold_room, vv_hold_room_close)

/* After writes of another process: counts again when needed. */
void vv_hold_room_forget(vv_hold_room *r);
/* The same for one vault with unknown writes. */
void vv_hold_room_forget_vault(vv_hold_room *r, const vv_cid *vault);

/* Notes that the author has a record of the vault. */
vv_status vv_hold_room_author(vv_hold_room *r, const vv_cid *vault, const vv_ledger_record *record,
			      vv_error *err);
/* May this number of bytes be added? VV_EREFUSED names the identity without space, and a remedy. A client without space must
 * still be able to release data: shards leave some space for records (VV_HOLD_RECORDS_FREE), which records may use
 * regardless of the limit; its last quarter is for records that release data, also for vaults that no longer count for an
 * identity. */
typedef enum vv_hold_what { VV_HOLD_SHARD, VV_HOLD_NOTES, VV_HOLD_LETTING_GO } vv_hold_what;
vv_status vv_hold_room_check(vv_hold_room *r, const vv_cid *vault, vv_hold_what what, uint64_t len,
			     vv_error *err);
void vv_hold_room_came(vv_hold_room *r, const vv_cid *vault, bool records, uint64_t len);

#define VV_HOLD_RECORDS_FREE ((uint64_t)16 << 20) /* or a sixteenth of all room, if that is less */

typedef struct vv_hold_room_facts {
	uint64_t room;            /* bytes that it may keep */
	uint64_t shards, records; /* bytes that it keeps */
	bool alone;               /* all of the room is its */
} vv_hold_room_facts;
/* VV_ENOTFOUND: nothing is kept for this key. */
vv_status vv_hold_room_look(vv_hold_room *r, const uint8_t key[VV_KEY_PUBLIC],
			    vv_hold_room_facts *out, vv_error *err);

/* The first identity that the vault counts for, as far as known; zero: none. */
void vv_hold_room_owner(const vv_hold_room *r, const vv_cid *vault, uint8_t out[VV_KEY_PUBLIC]);

#endif
