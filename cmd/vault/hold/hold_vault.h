/*
 * hold_vault: a server's view of one vault, from its records: permissions to add and remove data.
 *
 * A vault is kept if an admitted identity may write in it and has signed a record of it: naming a stranger as writer
 * of one's own vault is not enough. A shard is accepted if a place record names it for this server's key, whose
 * author is admitted and may write in the vault; not again after a later retire or drop released it: so a repeated
 * request has no effect. Stored data stays when its author is no longer admitted, who may still release it. Shards
 * are not read here.
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
	uint64_t room; /* bytes that it may keep */
} vv_hold_identity;
VV_AUTO_FREE(vv_hold_identity, vv_free) /* an array of them */

/* For whom copies are kept, and who keeps them. */
typedef struct vv_hold_rules {
	uint64_t size; /* bytes, all vaults together */
	uint64_t term; /* seconds: minimum time that data is kept */
	vv_key key;    /* signs receipts */
	vv_hold_identity *admitted;
	size_t admitted_count;
	/* Computes their room again before a shard is taken, at most once a minute; NULL: it does not change. */
	void (*renew)(void *payload, vv_hold_identity *admitted, size_t count);
	void *payload;
} vv_hold_rules;

typedef struct vv_hold_vault vv_hold_vault;

/* Without records yet. rules are borrowed until close. */
vv_status vv_hold_vault_open(vv_hold_vault **out, const vv_cid *vault, const vv_hold_rules *rules,
			     vv_error *err);
void vv_hold_vault_close(vv_hold_vault *v); /* accepts NULL */
VV_AUTO_FREE(vv_hold_vault, vv_hold_vault_close)
const vv_cid *vv_hold_vault_id(const vv_hold_vault *v);
uint64_t vv_hold_vault_bytes(const vv_hold_vault *v); /* of its records */

bool vv_hold_vault_has_first(
	const vv_hold_vault *v); /* the vault's first record, by the last refresh */
bool vv_hold_vault_has(const vv_hold_vault *v, const char *name);
/* Is the record of this CID here, and are those of its author before it? */
bool vv_hold_vault_knows(const vv_hold_vault *v, const vv_cid *record);
/* Could it count, given the existing records? A stranger's could not, unless an owner's epoch also
 * arrives. */
bool vv_hold_vault_heeds(const vv_hold_vault *v, const vv_ledger_record *r);
/* May others count after this one that did not before? */
bool vv_hold_vault_opens(const vv_hold_vault *v, const vv_ledger_record *r);
/* Adds a record with the bytes of its file of that name; *is_new: it was missing here. The other functions are
 * correct again after refresh. VV_ECORRUPT: not a record of this vault, or not of this name. */
vv_status vv_hold_vault_add(vv_hold_vault *v, const char *name, const void *bytes, size_t len,
			    bool *is_new, vv_error *err);
/* Adds all records in a folder but damaged ones, which another holder sends again. Refreshed. */
vv_status vv_hold_vault_add_folder(vv_hold_vault *v, const char *dir, vv_error *err);
vv_status vv_hold_vault_refresh(vv_hold_vault *v, vv_error *err);

/* VV_EREFUSED: no admitted identity writes in it. */
vv_status vv_hold_vault_check(const vv_hold_vault *v, vv_error *err);
/* Does it have a record that counts, signed by an admitted identity? */
bool vv_hold_vault_is_wanted(const vv_hold_vault *v);
/* Does the record of this name count, as far as is known? */
bool vv_hold_vault_counts(const vv_hold_vault *v, const char *name);

/* VV_EREFUSED: no place names this shard, or it was let go since. */
vv_status vv_hold_vault_may_put(const vv_hold_vault *v, const vv_shard *s, vv_error *err);
/* *by: the retire or drop that lets it go; borrowed until the next refresh. VV_EREFUSED: it does not exist, or
 * another writer may still count on it. */
vv_status vv_hold_vault_may_remove(const vv_hold_vault *v, const vv_cid *shard,
				   const vv_ledger_record **by, vv_error *err);
/* The place record of an admitted author for this server. VV_ENOTFOUND. */
vv_status vv_hold_vault_place(const vv_hold_vault *v, const vv_cid *place,
			      const vv_ledger_record **out, vv_error *err);

#endif
