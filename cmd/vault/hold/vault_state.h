/*
 * vault_state: computes the state of a vault from all records of its ledger: owners, writers,
 * content and copies.
 *
 * An epoch is a record that names the vault's readers and writers. An epoch counts if an owner
 * wrote it and its previous epochs count. The owners and the keys that the newest epoch names are
 * the writers; an epoch can remove writers. The records of a removed writer count up to the record
 * that the removal names.
 *
 * A run (cmd/vault/sealed/stream.h) is a vault record with which a writer adds shards to the vault.
 * A retire record takes a shard out of the vault, if its author had received all runs that name the
 * shard. The shards of a stripe stay in the vault until all of them are retired.
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

/* A copy of a shard at a holder. */
typedef struct vv_copy {
	uint8_t holder[VV_HOLDER_ID];
	/* the newest place record that names the shard and the holder */
	const vv_ledger_record *place;
	/* the newest receipt; NULL: no receipt, or a later drop record names the shard */
	const vv_ledger_record *receipt;
	/* time of the last audit of this holder that found no errors, after the receipt, in seconds
	 * since 1970; 0: no such audit */
	uint64_t proven;
	/* a drop record allows the holder to delete the copy; the copy may still exist */
	bool dropped;
	bool bad; /* an audit after the receipt found that the copy is missing or changed */
} vv_copy;

/* A shard of the vault, or a retired shard, with its copies. */
typedef struct vv_kept {
	vv_shard shard;
	const vv_ledger_record *run; /* the first run that named the shard */
	/* 1 + the index of the first stripe that has the shard; 0: the shard is in no stripe */
	size_t stripe;
	const vv_ledger_record *retired; /* the record that retired the shard; NULL: not retired */
	vv_copy *copies;
	size_t copy_count, copy_cap;
} vv_kept;

/* A stripe. Any code.data of its shards are enough to restore the others. */
typedef struct vv_kept_stripe {
	vv_code code;
	/* indexes of its shards in vv_vault_state.shards, in the order of the stripe;
	 * vv_code_shards(code) items */
	size_t shards[VV_STRIPE_MAX];
} vv_kept_stripe;

/* A list of records, borrowed from the ledger. */
typedef struct vv_records {
	const vv_ledger_record **items;
	size_t count, cap;
} vv_records;

/* The state. Callers only read the members. */
typedef struct vv_vault_state {
	const vv_ledger *ledger;
	const vv_ledger_record *first; /* the vault's first record, which names the owners */
	/* the epochs that count, each after its previous epochs; new shards are sealed with the
	 * last epoch */
	vv_records epochs;
	vv_records runs; /* the runs that count and name shards, ordered by time */
	/* all shards that a run named, including parity shards and retired shards */
	vv_kept *shards;
	size_t shard_count, shard_cap;
	vv_kept_stripe *stripes; /* the index of a shard's stripe is kept->stripe - 1 */
	size_t stripe_count, stripe_cap;
	vv_cid_map *by_cid;  /* index of each shard in shards */
	vv_removed *removed; /* removed writers of all epochs */
	size_t removed_count, removed_cap;
	uint8_t (*ever)[VV_KEY_PUBLIC]; /* the keys that any epoch named as writers */
	size_t ever_count, ever_cap;
	struct vv_naming *namings; /* the runs that name each shard, as a list for each shard */
	size_t naming_count, naming_cap;
	size_t *last_naming; /* for each shard: 1 + the index of its last item in namings */
	size_t last_cap;
} vv_vault_state;

/* Computes the state of the vault from the ledger l. Borrows l, which must not change until
 * vv_vault_state_close. VV_EMISSING: the ledger does not have the vault's first record. */
vv_status vv_vault_state_open(vv_vault_state **out, const vv_ledger *l, vv_error *err);
void vv_vault_state_close(vv_vault_state *s); /* accepts NULL */
VV_AUTO_FREE(vv_vault_state, vv_vault_state_close)

/* Returns true if the key is an owner. */
bool vv_vault_is_owner(const vv_vault_state *s, const uint8_t key[VV_KEY_PUBLIC]);
/* Returns true if the key is a writer now: the newest epoch names the key, or the key is an owner
 * that no epoch has removed. */
bool vv_vault_is_writer(const vv_vault_state *s, const uint8_t key[VV_KEY_PUBLIC]);
/* Returns true if the newest epoch names the key, or if the key is a writer that has written a run.
 * The result is false for a recovery key that has only begun epochs. */
bool vv_vault_writes(const vv_vault_state *s, const uint8_t key[VV_KEY_PUBLIC]);
/* Returns true if the author of the record r was allowed to write it. */
bool vv_vault_counts(const vv_vault_state *s, const vv_ledger_record *r);

/* Returns the number of writers that the last epoch names besides the owners; 0 without epochs. */
size_t vv_vault_writer_count(const vv_vault_state *s);
/* Returns the key of writer i, less than vv_vault_writer_count; borrowed from the ledger. */
const uint8_t *vv_vault_writer_at(const vv_vault_state *s, size_t i);

/* Returns a writer that may still need shards that the retire record r retires: a writer that wrote
 * its newest run before it received r. Never returns r's author. The result is borrowed from the
 * ledger. NULL: no such writer. */
const vv_ledger_author *vv_vault_behind(const vv_vault_state *s, const vv_ledger_record *r);

/* Returns the copy of the shard k at this holder, borrowed from k. NULL: the shard was not placed
 * at this holder. */
const vv_copy *vv_vault_copy_at(const vv_kept *k, const uint8_t holder[VV_HOLDER_ID]);
/* Returns true if another writer has retired shards, and the key wrote its newest run before it
 * received that retire record (or has no run). The caller must then check whether items that are
 * reachable from the key's refs are only in retired shards. */
bool vv_vault_must_look(const vv_vault_state *s, const uint8_t key[VV_KEY_PUBLIC]);

/* Returns the shard with this CID, borrowed from s. NULL: no run named the shard. */
const vv_kept *vv_vault_shard_of(const vv_vault_state *s, const vv_cid *cid);

#endif
