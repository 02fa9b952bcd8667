/*
 * hold_room: the room of each identity here, allowed and used.
 *
 * A vault counts for whoever signed its first record, where copies are kept for that identity; else for each
 * one for whom they are and who has signed a record of it. What a vault takes, its records and shards, is
 * read from the disk: no figure outlives the process, and what a killed one left is counted as it lies
 * there. Room that becomes smaller deletes nothing: only what is new is refused.
 *
 * Not for several threads at once: hold's lock is held.
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

/* place: the folder of what is kept, NULL where nothing ever was; rules: both are borrowed until
 * close. */
vv_status vv_hold_room_open(vv_hold_room **out, const vv_hold_rules *rules, const vv_place *place,
			    vv_error *err);
void vv_hold_room_close(vv_hold_room *r); /* accepts NULL */
VV_AUTO_FREE(vv_hold_room, vv_hold_room_close)

/* Somebody else has written: what is there is counted again when it is needed. */
void vv_hold_room_forget(vv_hold_room *r);
/* The same for one vault, of which it is not known what was written. */
void vv_hold_room_forget_vault(vv_hold_room *r, const vv_cid *vault);

/* The author has a record of the vault from now on. */
vv_status vv_hold_room_author(vv_hold_room *r, const vv_cid *vault, const vv_ledger_record *record,
			      vv_error *err);
/* May so many bytes more come? VV_EREFUSED says for whom there is no room, and what helps. Somebody without room must be
 * able to say what may go: shards leave some room for records (VV_HOLD_RECORDS_FREE), and records may take so much
 * whatever room is reported; the last quarter of it is for those that let something go, also of vaults that count for nobody
 * any longer. */
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

/* The first of those for whom the vault counts, as far as that is known; zero: nobody. */
void vv_hold_room_owner(const vv_hold_room *r, const vv_cid *vault, uint8_t out[VV_KEY_PUBLIC]);

#endif
