/*
 * hold_vault: a server's view of one vault, computed from its records: permissions to add and
 * remove data.
 *
 * A server stores a vault if an admitted identity may write in the vault and has signed a record
 * of it: naming a stranger as writer of one's own vault is not enough. A shard is accepted if a
 * place record names it for this server's key, and the record's author is admitted and may write
 * in the vault; but not after a later retire or drop released it, so that a repeated request has
 * no effect. Shards of an author who is no longer admitted are kept, and the author may still
 * release them. Shards are not read here.
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
#include "cmd/vault/hold/ledger_record.h"

/* An identity that copies are stored for. */
typedef struct vv_hold_identity {
	uint8_t key[VV_KEY_PUBLIC];
	uint64_t room; /* maximum bytes stored for this identity */
} vv_hold_identity;
VV_AUTO_FREE(vv_hold_identity, vv_free) /* an array of them */

/* A server's settings: whom it stores data for, how much, and its key. */
typedef struct vv_hold_rules {
	uint64_t size; /* bytes, all vaults together */
	uint64_t term; /* seconds: minimum time that data is kept */
	vv_key key;    /* signs receipts */
	vv_hold_identity *admitted;
	size_t admitted_count;
	/* Computes the rooms of admitted again before a shard is stored, at most once a minute;
	 * NULL: they do not change. */
	void (*renew)(void *payload, vv_hold_identity *admitted, size_t count);
	void *payload;
} vv_hold_rules;

typedef struct vv_hold_vault vv_hold_vault;

/* Makes a vault without records. rules is borrowed until close. */
vv_status vv_hold_vault_open(vv_hold_vault **out, const vv_cid *vault, const vv_hold_rules *rules,
			     vv_error *err);
void vv_hold_vault_close(vv_hold_vault *v); /* accepts NULL */
VV_AUTO_FREE(vv_hold_vault, vv_hold_vault_close)
const vv_cid *vv_hold_vault_id(const vv_hold_vault *v);
uint64_t vv_hold_vault_bytes(const vv_hold_vault *v); /* size of its records in bytes */

/* Whether it had the vault's first record at the last refresh. */
bool vv_hold_vault_has_first(const vv_hold_vault *v);
bool vv_hold_vault_has(const vv_hold_vault *v, const char *name);
/* Does v have the record with this CID, and all earlier records of its author? */
bool vv_hold_vault_knows(const vv_hold_vault *v, const vv_cid *record);
/* Could the record count, given the existing records? A stranger's record could not, unless an
 * owner's epoch also arrives. */
bool vv_hold_vault_heeds(const vv_hold_vault *v, const vv_ledger_record *r);
/* Can adding this record make other records count? */
bool vv_hold_vault_opens(const vv_hold_vault *v, const vv_ledger_record *r);
/* Adds a record from the bytes of the file `name`; *is_new: v did not have it. Other functions
 * are correct only after vv_hold_vault_refresh. VV_ECORRUPT: not a record of this vault, or not
 * the record of this name. */
vv_status vv_hold_vault_add(vv_hold_vault *v, const char *name, const void *bytes, size_t len,
			    bool *is_new, vv_error *err);
/* Adds all records in a folder, then refreshes. Ignores damaged ones: clients send them again
 * from another holder. */
vv_status vv_hold_vault_add_folder(vv_hold_vault *v, const char *dir, vv_error *err);
vv_status vv_hold_vault_refresh(vv_hold_vault *v, vv_error *err);

/* Checks that an admitted identity may write in the vault. VV_EREFUSED: no such identity. */
vv_status vv_hold_vault_check(const vv_hold_vault *v, vv_error *err);
/* Does the vault have a record that counts and is signed by an admitted identity? */
bool vv_hold_vault_is_wanted(const vv_hold_vault *v);
/* Does the record with this name count, given the existing records? */
bool vv_hold_vault_counts(const vv_hold_vault *v, const char *name);

/* Checks that the shard may be stored. VV_EREFUSED: no place record names it, or it was released
 * since. */
vv_status vv_hold_vault_may_put(const vv_hold_vault *v, const vv_shard *s, vv_error *err);
/* Checks that the shard may be removed. *by: the retire or drop record that releases it;
 * borrowed until the next refresh. VV_EREFUSED: no such record, or another writer may still rely
 * on the shard. */
vv_status vv_hold_vault_may_remove(const vv_hold_vault *v, const vv_cid *shard,
				   const vv_ledger_record **by, vv_error *err);
/* Finds a place record for this server by an admitted author. VV_ENOTFOUND. */
vv_status vv_hold_vault_place(const vv_hold_vault *v, const vv_cid *place,
			      const vv_ledger_record **out, vv_error *err);

#endif
