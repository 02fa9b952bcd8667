/*
 * epoch: starts and reads epochs. An epoch names the readers of a vault from some time on, and has
 * their secret.
 *
 * The secret of an epoch is 32 random bytes. It is sealed to each reader in a box that does not
 * name the reader: 36 bytes vault, 32 bytes digest of the previous epoch (zeros: no previous epoch;
 * if there are several, the first), 32 bytes secret. Other data for readers is sealed under the
 * secret: a DAG-CBOR map {readers: [key...], secrets: [[epoch, secret]...]}, which has the secrets
 * of all previous epochs, so that one box opens the whole history. A record contains this data as
 * 24 bytes nonce, 16 bytes tag, and the sealed bytes; the associated data is "varve epoch 1", the
 * vault and the same digest. Only epochs of owners count. Format: docs/formats/vault.md.
 */
#ifndef VV_CMD_VAULT_SEALED_EPOCH_H
#define VV_CMD_VAULT_SEALED_EPOCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "cmd/vault/hold/vault_state.h"

typedef struct vv_epoch_secret {
	vv_cid epoch;
	uint8_t secret[VV_SEAL_SECRET];
} vv_epoch_secret;

/* The secrets that a key can open. */
typedef struct vv_epoch_secrets {
	vv_epoch_secret *items;
	size_t count;
	bool last; /* items has the secret of the last epoch: the key is a current reader */
	uint8_t (*readers)[VV_KEY_PUBLIC]; /* if last: the readers of the last epoch */
	size_t reader_count;
} vv_epoch_secrets;

/* Opens all secrets that the key can open. VV_EREFUSED: no epoch is sealed to this key. */
vv_status vv_epoch_secrets_open(vv_epoch_secrets *out, const vv_vault_state *s, const vv_cid *vault,
				const vv_key *key, vv_error *err);
void vv_epoch_secrets_clear(vv_epoch_secrets *x);
VV_AUTO_CLEAR(vv_epoch_secrets, vv_epoch_secrets_clear)

/* Sets *out to the seal of the epoch that a shard's header names. VV_EREFUSED: this key cannot open
 * that epoch. */
vv_status vv_epoch_seal_of(vv_shard_seal *out, const vv_epoch_secrets *x, const vv_cid *vault,
			   const uint8_t name[VV_EPOCH_NAME], vv_error *err);
/* Sets *epoch to the last epoch, and *out to the seal of that epoch, for new shards. */
vv_status vv_epoch_seal_now(vv_shard_seal *out, vv_cid *epoch, const vv_epoch_secrets *x,
			    const vv_vault_state *s, const vv_cid *vault, vv_error *err);

/* Computes the id that a holder has in the ledger, from its URL and the secret of the first epoch,
 * so that the id never changes. */
vv_status vv_epoch_holder_id(uint8_t out[VV_HOLDER_ID], const vv_epoch_secrets *x,
			     const vv_vault_state *s, const char *url, vv_error *err);

/* Seals the list of holders for a vault record, and appends it. The list is the author's text,
 * padded with spaces to a multiple of 256 bytes. It is sealed under the epoch's secret (nonce, tag,
 * bytes; associated data: "varve places 1" and the vault). vv_epoch_places_open is the inverse. */
vv_status vv_epoch_places_seal(vv_buf *out, const vv_shard_seal *seal, const vv_buf *text,
			       vv_error *err);
vv_status vv_epoch_places_open(vv_buf *out, const vv_epoch_secrets *x, const vv_cid *vault,
			       const vv_ledger_record *r, vv_error *err);

/* Starts a vault: writes its first record, with these owners, and its first epoch, whose readers
 * are the owners. */
vv_status vv_vault_begin(vv_ledger *l, const uint8_t (*owners)[VV_KEY_PUBLIC], size_t count,
			 const vv_key *owner, vv_error *err);

/* A new epoch. removed: writers to remove. */
typedef struct vv_epoch_change {
	const uint8_t (*readers)[VV_KEY_PUBLIC];
	size_t reader_count;
	const uint8_t (*writers)[VV_KEY_PUBLIC]; /* besides the owners */
	size_t writer_count;
	const uint8_t (*removed)[VV_KEY_PUBLIC];
	size_t removed_count;
} vv_epoch_change;
/* Writes a new epoch. The state s is outdated afterwards. */
vv_status vv_epoch_begin(vv_ledger *l, const vv_vault_state *s, const vv_epoch_secrets *x,
			 const vv_epoch_change *change, const vv_key *owner, vv_error *err);

#endif
