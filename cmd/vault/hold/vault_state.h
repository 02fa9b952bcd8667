/*
 * vault_state: computes the state of a vault from all records of its ledger: owners, writers,
 * content and copies.
 *
 * Only epochs of owners count. The writers are the owners and the keys that an epoch names, until
 * a later epoch removes them. Records of a removed writer count up to the one that the removal
 * names. Shards belong to the vault once a writer's vault record names them, until a writer who
 * has seen that record retires them; shards of a stripe until the whole stripe is retired.
 */
#ifndef VV_CMD_VAULT_HOLD_VAULT_STATE_H
#define VV_CMD_VAULT_HOLD_VAULT_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "cmd/vault/hold/ledger.h"
#include "repo/blocks/cid_map.h"

typedef struct vv_copy {
	uint8_t holder[VV_HOLDER_ID];
	const vv_ledger_record *place;
	const vv_ledger_record *receipt; /* NULL: not received */
	/* time of the last audit of this holder without faults, seconds since 1970; 0: never */
	uint64_t proven;
	bool dropped; /* a record allows the holder to delete it; the copy may still exist */
	bool bad;     /* the last audit that checked this copy found it missing or changed */
} vv_copy;

typedef struct vv_kept {
	vv_shard shard;
	const vv_ledger_record *run; /* the first vault record that named the shard */
	/* 1 + the number of its stripe; 0: the shard is in no stripe */
	size_t stripe;
	const vv_ledger_record *retired; /* the record that retired it; NULL: the shard is alive */
	vv_copy *copies;
	size_t copy_count, copy_cap;
} vv_kept;

/* A stripe: enough of its shards restore the others. */
typedef struct vv_kept_stripe {
	vv_code code;
	/* numbers of its shards (of the state), by their place in the stripe;
	 * vv_code_shards(code) items */
	size_t shards[VV_STRIPE_MAX];
} vv_kept_stripe;

typedef struct vv_records {
	const vv_ledger_record **items;
	size_t count, cap;
} vv_records;

/* Read it, and change nothing. */
typedef struct vv_vault_state {
	const vv_ledger *ledger;
	const vv_ledger_record *first; /* of the vault: it names the owners */
	/* the epochs that count, each after its predecessors; new shards are sealed with the last one */
	vv_records epochs;
	vv_records runs; /* the vault records that name shards, ordered by time */
	vv_kept *shards; /* all that a run named, including parity and retired ones */
	size_t shard_count, shard_cap;
	vv_kept_stripe *stripes; /* kept->stripe - 1 is the number of a shard's stripe */
	size_t stripe_count, stripe_cap;
	vv_cid_map *by_cid;  /* the number of each shard */
	vv_removed *removed; /* of all epochs */
	size_t removed_count, removed_cap;
	uint8_t (*ever)[VV_KEY_PUBLIC]; /* whom any epoch named a writer */
	size_t ever_count, ever_cap;
	struct vv_naming
		*namings; /* of all shards: a retirement looks at those of its shards alone */
	size_t naming_count, naming_cap;
	size_t *last_naming; /* of each shard: 1 + its last one */
	size_t last_cap;
} vv_vault_state;

/* Borrows the ledger, which must not change before close. VV_EMISSING: the vault's first record is not
 * here. */
vv_status vv_vault_state_open(vv_vault_state **out, const vv_ledger *l, vv_error *err);
void vv_vault_state_close(vv_vault_state *s); /* accepts NULL */
VV_AUTO_FREE(vv_vault_state, vv_vault_state_close)

bool vv_vault_is_owner(const vv_vault_state *s, const uint8_t key[VV_KEY_PUBLIC]);
/* Is the key a writer now: named by the newest epoch, or an owner that no epoch removed? */
bool vv_vault_is_writer(const vv_vault_state *s, const uint8_t key[VV_KEY_PUBLIC]);
/* Does the key write in the vault: a writer that an epoch names, or an owner that has added
 * data? A recovery key that only began epochs does not. */
bool vv_vault_writes(const vv_vault_state *s, const uint8_t key[VV_KEY_PUBLIC]);
/* Does the record count: was its author allowed to make it? */
bool vv_vault_counts(const vv_vault_state *s, const vv_ledger_record *r);

/* The writers that the last epoch names, without owners. Borrowed. */
size_t vv_vault_writer_count(const vv_vault_state *s);
const uint8_t *vv_vault_writer_at(const vv_vault_state *s, size_t i);

/* Returns a writer whose newest vault record does not follow r, so that it may still rely on
 * shards that were alive then; NULL: no such writer. */
const vv_ledger_author *vv_vault_behind(const vv_vault_state *s, const vv_ledger_record *r);

/* Returns the copy at this holder; NULL: the shard was not placed there. */
const vv_copy *vv_vault_copy_at(const vv_kept *k, const uint8_t holder[VV_HOLDER_ID]);
/* Has another writer retired shards since the key's newest vault record? If so, the items that
 * the key's refs reach must be checked again: they may be in retired shards. */
bool vv_vault_must_look(const vv_vault_state *s, const uint8_t key[VV_KEY_PUBLIC]);

/* Finds a shard by its CID; NULL: no run named it. */
const vv_kept *vv_vault_shard_of(const vv_vault_state *s, const vv_cid *cid);

#endif
