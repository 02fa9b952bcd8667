/*
 * hold_vault: determines from the records of a vault which data a client may add to it and remove
 * from it at a server.
 *
 * A server stores a vault if an admitted identity may write in it, and an admitted identity has
 * signed a record of it. It is not sufficient that the owner of a vault names an admitted identity
 * as a writer. A shard is accepted if a place record names the shard and this server's key, and the
 * author of the record is admitted and may write in the vault. If a later retire or drop record
 * released the shard, it is not accepted, so a repeated request has no effect. Shards of an author
 * that is no longer admitted are kept, and the author may still release them. These functions do not
 * read shards.
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
/* Returns the identity with this key among the count identities of list, borrowed from list; NULL if
 * there is none. */
const vv_hold_identity *vv_hold_identity_find(const vv_hold_identity *list, size_t count,
					      const uint8_t key[VV_KEY_PUBLIC]);

/* A server's settings: the identities that it stores data for, its limits, and its key. */
typedef struct vv_hold_rules {
	uint64_t size; /* maximum bytes of all vaults together */
	uint64_t term; /* minimum time, in seconds, for which a shard is kept */
	vv_key key;    /* signs receipts */
	vv_hold_identity *admitted;
	size_t admitted_count;
	/* Updates the member room of the count identities at admitted. Is called before a shard is
	 * stored, at most once a minute. NULL: the rooms do not change. */
	void (*renew)(void *payload, vv_hold_identity *admitted, size_t count);
	void *payload;
} vv_hold_rules;

/* The records of a vault, and the state that is computed from them. Its members are read-only for
 * callers. */
typedef struct vv_hold_vault {
	const vv_hold_rules *rules;
	vv_ledger *ledger; /* the vault's records */
	/* the state at the last vv_hold_vault_refresh; NULL: no refresh yet, or the first record is
	 * missing here */
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

/* Returns false if the record r would certainly not count if it were added now, because the epochs
 * in v do not allow its author to write it. Returns true if it may count. */
bool vv_hold_vault_heeds(const vv_hold_vault *v, const vv_ledger_record *r);
/* Returns true if adding the record r can make other records count. */
bool vv_hold_vault_opens(const vv_hold_vault *v, const vv_ledger_record *r);
/* Adds a record from the len bytes of the file `name`, in memory only. Sets *is_new to true if v did
 * not have the record. Until vv_hold_vault_refresh is called, the other functions ignore the record.
 * VV_ECORRUPT: the bytes are not a record of this vault, or not the record with this name. */
vv_status vv_hold_vault_add(vv_hold_vault *v, const char *name, const void *bytes, size_t len,
			    bool *is_new, vv_error *err);
/* Computes the state of the vault again. Call this after records were added. */
vv_status vv_hold_vault_refresh(vv_hold_vault *v, vv_error *err);

/* Checks that an admitted identity may write in the vault. VV_EREFUSED: no admitted identity may
 * write, or the first record is missing. */
vv_status vv_hold_vault_check(const vv_hold_vault *v, vv_error *err);
/* Returns true if v has the record with this CID, and the record counts. */
bool vv_hold_vault_counts(const vv_hold_vault *v, const vv_cid *record);

/* Checks that the shard s may be stored. VV_EREFUSED: no place record by an admitted author names the
 * shard, s differs from the place record, or a later record released the shard. */
vv_status vv_hold_vault_may_put(const vv_hold_vault *v, const vv_shard *s, vv_error *err);
/* Checks that the shard may be removed, and sets *by to the retire or drop record that releases it,
 * borrowed from v. VV_EREFUSED: no record releases the shard, or another writer may still rely on
 * it. The term of a receipt is not checked. */
vv_status vv_hold_vault_may_remove(const vv_hold_vault *v, const vv_cid *shard,
				   const vv_ledger_record **by, vv_error *err);
/* Sets *out to the place record with the CID place, borrowed from v. VV_ENOTFOUND: v has no such
 * record, it is for another server, or its author is not admitted. */
vv_status vv_hold_vault_place(const vv_hold_vault *v, const vv_cid *place,
			      const vv_ledger_record **out, vv_error *err);

#endif
