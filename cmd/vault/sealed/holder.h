/*
 * holder: a place that keeps shards and records of vaults, and need not be trusted.
 *
 * Every kind keeps the same names, so that a vault can be moved from one to another by copying files:
 *
 *	<vault>/shards/<CID>                         a shard
 *	<vault>/records/<author>/<number>-<CID>      a record of its ledger
 *
 * A place (transport/places/place.h) keeps them by these names, and is audited by reading a leaf and the trailer. A
 * server thinks: it takes records together, audits by sending one leaf, and signs receipts. Nothing is overwritten.
 * Whatever comes from a holder is checked by the caller: shards by their CID, records by their signature.
 */
#ifndef VV_CMD_VAULT_SEALED_HOLDER_H
#define VV_CMD_VAULT_SEALED_HOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "cmd/vault/hold/hold_message.h"
#include "cmd/vault/hold/ledger_record.h"
#include "transport/places/place.h"

/* The functions of a server in addition to those of a place; payload is the place's. Errors need not name
 * the holder. */
typedef struct vv_holder_server_ops {
	/* Several records at once, in this order: one that judges them sees together what belongs together. */
	vv_status (*put_records)(void *payload, const vv_cid *vault, const vv_hold_bytes *records,
				 size_t count, vv_error *err);
	/* One leaf, and its path (vv_leaf_path). */
	vv_status (*audit)(void *payload, const char *name, const vv_shard *s, unsigned leaf,
			   vv_buf *out, vv_error *err);
	/* Signs that it stores the shards of the place record. */
	vv_status (*receipt)(void *payload, const vv_cid *vault, const vv_cid *place,
			     uint64_t *until, uint8_t signature[VV_SIGNATURE], vv_error *err);
} vv_holder_server_ops;

typedef struct vv_vault_holder vv_vault_holder;

void vv_vault_holder_close(vv_vault_holder *h); /* accepts NULL */
VV_AUTO_FREE(vv_vault_holder, vv_vault_holder_close)
/* Takes the place over, on failure also. */
vv_status vv_vault_holder_new(vv_vault_holder **out, vv_place *take_place, const char *name,
			      vv_error *err);

const char *vv_vault_holder_domain(const vv_vault_holder *h); /* borrowed */
/* A caveat for users about copies there; NULL: none. Borrowed. */
const char *vv_vault_holder_caveat(const vv_vault_holder *h);
/* It is a server, and signs receipts with this key. */
void vv_vault_holder_set_server(vv_vault_holder *h, const vv_holder_server_ops *ops,
				const uint8_t key[VV_KEY_PUBLIC]);
/* Or shards only? It gets no records, then, and lists none. */
bool vv_vault_holder_keeps_records(const vv_vault_holder *h);
/* Does it sign receipts? Its key then. */
bool vv_vault_holder_key(const vv_vault_holder *h, uint8_t out[VV_KEY_PUBLIC]);

/* --- shards: all messages name the holder --- */

/* Durable after vv_holders_finish (at once, if the kind cannot wait for several together). VV_EREFUSED:
 * full. */
vv_status vv_holder_put_shard(vv_vault_holder *h, const vv_cid *vault, const vv_cid *shard,
			      const void *bytes, size_t len, vv_error *err);
/* Makes all puts durable at these holders, which wait for their disks in parallel; NULL ones are skipped.
 * result has an entry for each: a failure applies to all puts there since the last call. */
typedef struct vv_finished {
	vv_status status;
	vv_error err;
} vv_finished;
vv_status vv_holders_finish(vv_vault_holder *const *holders, size_t count, vv_finished *result,
			    vv_error *err);
/* out gets the whole shard in place of its content. VV_EMISSING; VV_ECORRUPT: other bytes. */
vv_status vv_holder_get_shard(vv_vault_holder *h, const vv_cid *vault, const vv_shard *s,
			      vv_buf *out, vv_error *err);
/* Checks that the holder has this leaf with the right hashes: VV_EMISSING, VV_ECORRUPT. Adds the received bytes to *read (or
 * NULL), and mixes their SHA-256 into answer. */
vv_status vv_holder_audit(vv_vault_holder *h, const vv_cid *vault, const vv_shard *s, unsigned leaf,
			  uint64_t *read, uint8_t answer[VV_SHA256_LEN], vv_error *err);
/* Each shard's CID and size; other names are passed over. */
typedef vv_status (*vv_shard_listed_fn)(void *payload, const vv_cid *cid, uint64_t size,
					vv_error *err);
vv_status vv_holder_list_shards(vv_vault_holder *h, const vv_cid *vault, vv_shard_listed_fn fn,
				void *payload, vv_error *err);
/* A missing one is not an error. VV_EREFUSED: a receipt's term has not ended. */
vv_status vv_holder_remove_shard(vv_vault_holder *h, const vv_cid *vault, const vv_cid *shard,
				 vv_error *err);
/* Gets the signed receipt of a holder with a key; VV_ECORRUPT: the signature is not of its key. */
vv_status vv_holder_receipt(vv_vault_holder *h, const vv_cid *vault, const vv_cid *place,
			    uint64_t *until, uint8_t signature[VV_SIGNATURE], vv_error *err);

/* --- records, and vaults --- */

/* Names as in the ledger: <author>/<number>-<CID>. */
vv_status vv_holder_list_records(vv_vault_holder *h, const vv_cid *vault, vv_listed_fn fn,
				 void *payload, vv_error *err);
vv_status vv_holder_get_record(vv_vault_holder *h, const vv_cid *vault, const char *name,
			       vv_buf *out, vv_error *err);
/* Durable at once. */
vv_status vv_holder_put_record(vv_vault_holder *h, const vv_cid *vault, const char *name,
			       const void *bytes, size_t len, vv_error *err);
/* Several, in dependency order: records that permit writers come first. Durable only after
 * vv_holders_finish. */
vv_status vv_holder_put_records(vv_vault_holder *h, const vv_cid *vault, const char *const *names,
				const vv_hold_bytes *records, size_t count, vv_error *err);
/* The vaults that it has something of. */
typedef vv_status (*vv_vault_listed_fn)(void *payload, const vv_cid *vault, vv_error *err);
vv_status vv_holder_list_vaults(vv_vault_holder *h, vv_vault_listed_fn fn, void *payload,
				vv_error *err);

#endif
