/*
 * vault_state: the state of a vault, from all records of its ledger: its owners, writers, content and
 * copies.
 *
 * The first record names the owners. Only their epochs count; the writers are the owners and those whom
 * an epoch names, as long as no later one removes them. Records of a removed writer up to the one that
 * the removal names still count. Shards belong to the vault when a writer's vault record names them,
 * until a writer who has seen that record retires them; those of a stripe until all of it are retired.
 */
#ifndef VV_CMD_VAULT_HOLD_VAULT_STATE_H
#define VV_CMD_VAULT_HOLD_VAULT_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "cmd/vault/hold/ledger.h"

typedef struct vv_copy {
	uint8_t holder[VV_HOLDER_ID];
	const vv_ledger_record *place;
	const vv_ledger_record *receipt; /* NULL: not received */
	uint64_t proven; /* when an audit of this holder last found all well; 0: never */
	bool dropped;    /* released by a record: it may still exist */
	bool bad;        /* the last audit that looked found it missing or changed */
} vv_copy;

typedef struct vv_kept {
	vv_shard shard;
	const vv_ledger_record *run;     /* the vault record that named it (the first) */
	size_t stripe;                   /* 1 + which one it belongs to; 0: none */
	const vv_ledger_record *retired; /* NULL: it is alive */
	vv_copy *copies;
	size_t copy_count, copy_cap;
} vv_kept;

/* Shards that are lost or kept together. */
typedef struct vv_kept_stripe {
	vv_code code;
	size_t shards[VV_STRIPE_MAX]; /* vv_code_shards of them, by their numbers in the stripe */
} vv_kept_stripe;

typedef struct vv_vault_state vv_vault_state;

/* Borrows the ledger, which must not change before close. VV_EMISSING: the vault's first record is not
 * here. */
vv_status vv_vault_state_open(vv_vault_state **out, const vv_ledger *l, vv_error *err);
void vv_vault_state_close(vv_vault_state *s); /* accepts NULL */
VV_AUTO_FREE(vv_vault_state, vv_vault_state_close)

bool vv_vault_is_owner(const vv_vault_state *s, const uint8_t key[VV_KEY_PUBLIC]);
/* Now: named by the newest epoch, or an owner whom no epoch removed. */
bool vv_vault_is_writer(const vv_vault_state *s, const uint8_t key[VV_KEY_PUBLIC]);
/* A writer to be reckoned with: named, or an owner who has brought something. A recovery key that only began epochs is none. */
bool vv_vault_writes(const vv_vault_state *s, const uint8_t key[VV_KEY_PUBLIC]);
/* Does the record count: is its author (or was, then) allowed to make it? */
bool vv_vault_counts(const vv_vault_state *s, const vv_ledger_record *r);

/* Epochs that count, each after those before it; the last one is the one to seal with. */
size_t vv_vault_epoch_count(const vv_vault_state *s);
const vv_ledger_record *vv_vault_epoch_at(const vv_vault_state *s, size_t i);
/* Writers as the last epoch has them, owners not among them. */
size_t vv_vault_writer_count(const vv_vault_state *s);
const uint8_t *vv_vault_writer_at(const vv_vault_state *s, size_t i);

/* Vault records that name shards, in the order of their times. */
size_t vv_vault_run_count(const vv_vault_state *s);
const vv_ledger_record *vv_vault_run_at(const vv_vault_state *s, size_t i);

/* A writer whose newest vault record does not follow this one (it may still rely on shards that were alive
 * then); NULL: none. */
const vv_ledger_author *vv_vault_behind(const vv_vault_state *s, const vv_ledger_record *r);

/* The copy at this holder; NULL: none was placed there. */
const vv_copy *vv_vault_copy_at(const vv_kept *k, const uint8_t holder[VV_HOLDER_ID]);
/* Has another writer retired shards since the key's newest vault record? Then what its refs reach has to be
 * looked for again: it may have counted on them. */
bool vv_vault_must_look(const vv_vault_state *s, const uint8_t key[VV_KEY_PUBLIC]);

/* All shards that a run named, parity and retired ones too. */
size_t vv_vault_shard_count(const vv_vault_state *s);
const vv_kept *vv_vault_shard_at(const vv_vault_state *s, size_t i);
const vv_kept *vv_vault_shard_of(const vv_vault_state *s, const vv_cid *cid); /* may be NULL */
/* kept->stripe - 1 is its place here. */
size_t vv_vault_stripe_count(const vv_vault_state *s);
const vv_kept_stripe *vv_vault_stripe_at(const vv_vault_state *s, size_t i);

#endif
