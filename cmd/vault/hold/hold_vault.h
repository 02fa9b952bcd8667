/*
 * hold_vault: computes which data a client may add to a vault and remove from it at a server, from
 * the records of the vault.
 *
 * A server stores a vault if an admitted identity may write in the vault and has signed a record of
 * the vault. It is not sufficient that the owner of a vault names an admitted identity as a writer.
 * A shard is accepted if a place record names the shard and this server's key, and the author of
 * the record is admitted and may write in the vault. A shard that a later retire or drop record
 * released is not accepted, so a repeated request has no effect. Shards of an author that is no
 * longer admitted are kept, and the author may still release them. These functions do not read
 * shards.
 */
#ifndef VV_CMD_VAULT_HOLD_HOLD_VAULT_H
#define VV_CMD_VAULT_HOLD_HOLD_VAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/keys/key.h"
#include "base/sys.h"
#include "cmd/vault/hold/ledger.h"

/* An identity for which copies are stored. */
typedef struct vv_hold_identity {
	uint8_t key[VV_KEY_PUBLIC];
	uint64_t room; /* maximum bytes stored for this identity */
} vv_hold_identity;
VV_AUTO_FREE(vv_hold_identity, vv_free) /* for an array of identities */
/* Returns the identity with this key among the count identities of list, borrowed from list. NULL:
 * not found. */
const vv_hold_identity *vv_hold_identity_find(const vv_hold_identity *list, size_t count,
					      const uint8_t key[VV_KEY_PUBLIC]);

/* A server's settings: the identities that it stores data for, its limits, and its key. */
typedef struct vv_hold_rules {
	uint64_t size; /* maximum bytes of all vaults together */
	uint64_t term; /* minimum time, in seconds, for which data is kept */
	vv_key key;    /* signs receipts */
	vv_hold_identity *admitted;
	size_t admitted_count;
	/* Updates the rooms of `admitted`. Called before a shard is stored, at most once a
	 * minute. NULL: the rooms do not change. */
	void (*renew)(void *payload, vv_hold_identity *admitted, size_t count);
	void *payload;
} vv_hold_rules;

/* The records of a vault, and the state that is derived from them. Its members are read-only for callers. */
typedef struct vv_hold_vault {
	const vv_hold_rules *rules;
	vv_ledger *ledger; /* the vault's records */
	/* the state at the last vv_hold_vault_refresh; NULL: the first record is missing here */
	struct vv_vault_state *state;
	bool wanted;                  /* an admitted identity signed a record that counts */
	struct vv_hold_named *shards; /* the shards that place records name for this server */
	size_t count, cap;
	struct vv_cid_map *by_cid;    /* index of each shard in shards */
	uint8_t (*ids)[VV_HOLDER_ID]; /* the holder ids that place records use for this server */
	size_t id_count, id_cap;
} vv_hold_vault;

/* Makes a vault without records. rules is borrowed until vv_hold_vault_close. */
vv_status vv_hold_vault_open(vv_hold_vault **out, const vv_cid *vault, const vv_hold_rules *rules,
			     vv_error *err);
void vv_hold_vault_close(vv_hold_vault *v); /* accepts NULL */
VV_AUTO_FREE(vv_hold_vault, vv_hold_vault_close)

/* Returns true if the record r may count if it is added now; false if it certainly would not: a
 * record of an author who is not an owner counts only if v has an owner's epoch that names the
 * author. */
bool vv_hold_vault_heeds(const vv_hold_vault *v, const vv_ledger_record *r);
/* Returns true if adding the record r can make other records count. */
bool vv_hold_vault_opens(const vv_hold_vault *v, const vv_ledger_record *r);
/* Adds a record from the bytes of the file `name`, and sets *is_new to true if v did not have the
 * record. Call vv_hold_vault_refresh before other functions, which otherwise return outdated
 * results. VV_ECORRUPT: the bytes are not a record of this vault, or not the record with this
 * name. */
vv_status vv_hold_vault_add(vv_hold_vault *v, const char *name, const void *bytes, size_t len,
			    bool *is_new, vv_error *err);
/* Computes the state of the vault again, after records were added. */
vv_status vv_hold_vault_refresh(vv_hold_vault *v, vv_error *err);

/* Checks that an admitted identity may write in the vault. VV_EREFUSED: no admitted identity may
 * write. */
vv_status vv_hold_vault_check(const vv_hold_vault *v, vv_error *err);
/* Returns true if the record with this CID counts, given the existing records. */
bool vv_hold_vault_counts(const vv_hold_vault *v, const vv_cid *record);

/* Checks that the shard s may be stored. VV_EREFUSED: no place record names the shard, or a later
 * record released it. */
vv_status vv_hold_vault_may_put(const vv_hold_vault *v, const vv_shard *s, vv_error *err);
/* Checks that the shard may be removed, and sets *by to the retire or drop record that releases it,
 * borrowed until the next vv_hold_vault_refresh. VV_EREFUSED: no record releases the shard, or
 * another writer may still rely on the shard. */
vv_status vv_hold_vault_may_remove(const vv_hold_vault *v, const vv_cid *shard,
				   const vv_ledger_record **by, vv_error *err);
/* Sets *out to the place record with the CID place, which must be for this server and by an
 * admitted author; borrowed. VV_ENOTFOUND: v has no such record. */
vv_status vv_hold_vault_place(const vv_hold_vault *v, const vv_cid *place,
			      const vv_ledger_record **out, vv_error *err);

#endif
