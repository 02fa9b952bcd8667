/*
 * hold_vault: one vault as its server knows it, by its records: who may bring what, and what may
 * go.
 *
 * A vault is kept when somebody who is admitted writes in it and has signed a record of it: anybody may name a
 * stranger as a writer of what is his own. A shard is taken when a place record names it
 * for this server's key, whose author is admitted and may write in the vault; not again, once a later
 * retire or drop let it go: so a request that is sent twice does nothing. What came stays when its author is admitted
 * no longer, and he may let it go. Nothing here reads shards.
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

/* Somebody for whom copies are kept. */
typedef struct vv_hold_identity {
	uint8_t key[VV_KEY_PUBLIC];
	uint64_t room; /* bytes that it may keep */
} vv_hold_identity;
VV_AUTO_FREE(vv_hold_identity, vv_free) /* an array of them */

/* For whom copies are kept, and who keeps them. */
typedef struct vv_hold_rules {
	uint64_t size; /* bytes, all vaults together */
	uint64_t term; /* seconds: nothing goes sooner after it came */
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
/* Could it count beside what is here? A stranger's could not, unless an owner's epoch comes too. */
bool vv_hold_vault_heeds(const vv_hold_vault *v, const vv_ledger_record *r);
/* May others count after this one that did not before? */
bool vv_hold_vault_opens(const vv_hold_vault *v, const vv_ledger_record *r);
/* One more record, as its file of that name is; *is_new: it was missing here. What follows is right again after
 * refresh. VV_ECORRUPT: no record of this vault, or not what the name says. */
vv_status vv_hold_vault_add(vv_hold_vault *v, const char *name, const void *bytes, size_t len,
			    bool *is_new, vv_error *err);
/* Adds all records in a folder but damaged ones, which another holder sends again. Refreshed. */
vv_status vv_hold_vault_add_folder(vv_hold_vault *v, const char *dir, vv_error *err);
vv_status vv_hold_vault_refresh(vv_hold_vault *v, vv_error *err);

/* VV_EREFUSED: nobody who is admitted writes in it. */
vv_status vv_hold_vault_check(const vv_hold_vault *v, vv_error *err);
/* Is there a record that counts and that somebody who is admitted signed? */
bool vv_hold_vault_is_wanted(const vv_hold_vault *v);
/* Does the record of this name count, as far as is known? */
bool vv_hold_vault_counts(const vv_hold_vault *v, const char *name);

/* VV_EREFUSED: no place names this shard, or it was let go since. */
vv_status vv_hold_vault_may_put(const vv_hold_vault *v, const vv_shard *s, vv_error *err);
/* *by: the retire or drop that lets it go; borrowed until the next refresh. VV_EREFUSED: there is none, or
 * another writer may still count on it. */
vv_status vv_hold_vault_may_remove(const vv_hold_vault *v, const vv_cid *shard,
				   const vv_ledger_record **by, vv_error *err);
/* The place record of somebody who is admitted, for this server. VV_ENOTFOUND. */
vv_status vv_hold_vault_place(const vv_hold_vault *v, const vv_cid *place,
			      const vv_ledger_record **out, vv_error *err);

#endif
