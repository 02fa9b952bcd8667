/*
 * hold_room: computes the space that each identity uses in the folder of stored copies, and limits
 * this space.
 *
 * The space of a vault is charged to the signer of the vault's first record if this identity is
 * admitted; else to each admitted identity that signed a record of the vault. The sizes of records
 * and shards are read from the disk. No sum is stored that could become wrong, and files that a
 * killed process wrote are counted, too. If the limit of an identity is reduced, nothing is deleted;
 * only new data is refused.
 *
 * Only one thread at a time may call these functions: the caller must hold the lock of vv_hold.
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

/* Opens the accounts of the identities in a folder. place: the folder of stored copies; NULL: no
 * copy was ever stored. rules and place are borrowed until vv_hold_room_close. */
vv_status vv_hold_room_open(vv_hold_room **out, const vv_hold_rules *rules, const vv_place *place,
			    vv_error *err);
void vv_hold_room_close(vv_hold_room *r); /* accepts NULL */
VV_AUTO_FREE(vv_hold_room, vv_hold_room_close)

/* Forgets all sizes, so that they are read again when they are needed. Call this after another
 * process has written to the folder. */
void vv_hold_room_forget(vv_hold_room *r);
/* Forgets the sizes of one vault, so that they are read again when they are needed. */
void vv_hold_room_forget_vault(vv_hold_room *r, const vv_cid *vault);

/* Notes that the author of `record` has signed a record of the vault. */
vv_status vv_hold_room_author(vv_hold_room *r, const vv_cid *vault, const vv_ledger_record *record,
			      vv_error *err);
/* The kinds of data that can be added. A part of the folder is reserved for records
 * (VV_HOLD_RECORDS_FREE). An identity that has used up its own space can still add records while its
 * records are smaller than the reserve. The last quarter of the reserve accepts only records that
 * release data, so that a client without space can still release data. */
typedef enum vv_hold_what {
	VV_HOLD_SHARD,
	VV_HOLD_NOTES,     /* records that do not release data */
	VV_HOLD_LETTING_GO /* records of which one releases data */
} vv_hold_what;
/* Checks that len bytes of this kind may be added to the vault. For a new vault, call
 * vv_hold_room_author first: a vault that is not known yet is checked only against the whole
 * folder. VV_EREFUSED: an identity to which the vault is charged has too little space (the
 * message names it); no such identity is admitted, and the vault's records fill the reserve; or
 * the whole folder is full. The hint has a remedy. */
vv_status vv_hold_room_check(vv_hold_room *r, const vv_cid *vault, vv_hold_what what, uint64_t len,
			     vv_error *err);
/* Notes that len bytes were added to the vault. records: true for bytes of records, false for bytes
 * of shards. */
void vv_hold_room_came(vv_hold_room *r, const vv_cid *vault, bool records, uint64_t len);

/* The greatest size in bytes of the reserve for records. The reserve is at most a sixteenth of the
 * folder's limit. */
#define VV_HOLD_RECORDS_FREE ((uint64_t)16 << 20)

/* The space of an identity. */
typedef struct vv_hold_room_facts {
	uint64_t room;   /* the greatest number of bytes that the identity may use */
	uint64_t shards, /* the bytes of the identity's shards */
		records; /* the bytes of the identity's records */
	bool alone;      /* the identity may use all space of the folder */
} vv_hold_room_facts;
/* Sets *out to the facts of the identity with this key. VV_ENOTFOUND: the key is not admitted. */
vv_status vv_hold_room_look(vv_hold_room *r, const uint8_t key[VV_KEY_PUBLIC],
			    vv_hold_room_facts *out, vv_error *err);

/* Sets out to the key of the first identity to which the space of the vault is charged; to zeros if
 * no such identity is known, for example because the vault's size was not read yet. */
void vv_hold_room_owner(const vv_hold_room *r, const vv_cid *vault, uint8_t out[VV_KEY_PUBLIC]);

#endif
