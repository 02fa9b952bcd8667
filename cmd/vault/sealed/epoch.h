/*
 * epoch: begins and reads epochs. An epoch is a record that names the readers and writers of a
 * vault until the next epoch. It also contains a secret for the readers, which seals the shards
 * that are added during the epoch.
 *
 * The secret of an epoch is 32 random bytes. The record has one box (base/keys/key.h) for each
 * reader; a box does not name its reader. A box contains the vault (36 bytes), the digest of the
 * previous epoch (32 bytes; zeros: no previous epoch; if there are several, the first), and the
 * secret (32 bytes). The record also has a DAG-CBOR map {readers: [key...], secrets: [[epoch,
 * secret]...]}, sealed under the secret. The map has the secrets of all previous epochs, so a
 * reader needs only one box for the whole history. The sealed map is stored as nonce (24 bytes),
 * tag (16 bytes), and sealed bytes; its associated data is "varve epoch 1", the vault and the same
 * digest. Only epochs of owners count. Format: docs/formats/vault.md.
 */
#ifndef VV_CMD_VAULT_SEALED_EPOCH_H
#define VV_CMD_VAULT_SEALED_EPOCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "cmd/vault/hold/vault_state.h"

/* An epoch and its secret. */
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

/* Sets *out to all secrets that the key can open; free them with vv_epoch_secrets_clear. On
 * failure, *out is empty. VV_EREFUSED: no epoch has a box for this key. VV_ECORRUPT: an epoch is
 * damaged. */
vv_status vv_epoch_secrets_open(vv_epoch_secrets *out, const vv_vault_state *s, const vv_cid *vault,
				const vv_key *key, vv_error *err);
void vv_epoch_secrets_clear(vv_epoch_secrets *x);
VV_AUTO_CLEAR(vv_epoch_secrets, vv_epoch_secrets_clear)

/* Sets *out to the seal of the epoch `name`, as the header of a shard has it. VV_EREFUSED: x does
 * not have the secret of this epoch. */
vv_status vv_epoch_seal_of(vv_shard_seal *out, const vv_epoch_secrets *x, const vv_cid *vault,
			   const uint8_t name[VV_EPOCH_NAME], vv_error *err);
/* Sets *epoch to the last epoch, and *out to its seal, for new shards. VV_EMISSING: the vault has
 * no epoch. VV_EREFUSED: x does not have the secret of the last epoch. */
vv_status vv_epoch_seal_now(vv_shard_seal *out, vv_cid *epoch, const vv_epoch_secrets *x,
			    const vv_vault_state *s, const vv_cid *vault, vv_error *err);

/* Writes to out the id that the ledger has for the holder at a URL. The id is computed from the URL
 * and the secret of the first epoch, so it never changes. VV_EREFUSED: x does not have this
 * secret. */
vv_status vv_epoch_holder_id(uint8_t out[VV_HOLDER_ID], const vv_epoch_secrets *x,
			     const vv_vault_state *s, const char *url, vv_error *err);

/* Seals text, the author's list of holders, for a vault record, and appends the sealed bytes to
 * out. The list is padded with spaces to a multiple of 256 bytes, and sealed under the epoch's
 * secret (nonce, tag, bytes; associated data: "varve places 1" and the vault). */
vv_status vv_epoch_places_seal(vv_buf *out, const vv_shard_seal *seal, const vv_buf *text,
			       vv_error *err);
/* Opens the list of holders in the vault record r, and appends it, with its padding, to out.
 * VV_EREFUSED: r has no list, or x does not have the secret. VV_ECORRUPT: the list is damaged. */
vv_status vv_epoch_places_open(vv_buf *out, const vv_epoch_secrets *x, const vv_cid *vault,
			       const vv_ledger_record *r, vv_error *err);

/* Begins a vault in the ledger l, which has no vault yet. Writes the vault's first record, which
 * names the count owners, and the first epoch, whose readers are the owners. `owner` signs both. */
vv_status vv_vault_begin(vv_ledger *l, const uint8_t (*owners)[VV_KEY_PUBLIC], size_t count,
			 const vv_key *owner, vv_error *err);

/* The content of a new epoch. */
typedef struct vv_epoch_change {
	const uint8_t (*readers)[VV_KEY_PUBLIC];
	size_t reader_count;
	const uint8_t (*writers)[VV_KEY_PUBLIC]; /* besides the owners */
	size_t writer_count;
	const uint8_t (*removed)[VV_KEY_PUBLIC]; /* writers to remove */
	size_t removed_count;
} vv_epoch_change;
/* Writes a new epoch to the ledger l, signed by `owner`. x has the secrets of the previous epochs.
 * The records of a removed writer that l already has still count; later ones do not. Afterwards,
 * the state s is outdated. */
vv_status vv_epoch_begin(vv_ledger *l, const vv_vault_state *s, const vv_epoch_secrets *x,
			 const vv_epoch_change *change, const vv_key *owner, vv_error *err);

#endif
