/*
 * holder: stores and reads shards and records of vaults at a holder. A holder is a place or a
 * server that need not be trusted.
 *
 * All kinds of holders use the same names, so that copying files moves a vault from one holder to
 * another:
 *
 * 	<vault>/shards/<CID>                         a shard
 * 	<vault>/records/<author>/<number>-<CID>      a record of the ledger
 *
 * A passive holder is a place (transport/places/place.h) with files of these names. To audit it,
 * the client reads a leaf and the trailer of a shard. An active holder is a server, which stores
 * several records at once, answers an audit with a leaf and its path, and signs receipts. Holders
 * do not overwrite intact files. All data from a holder must be checked: shards by their CID,
 * records by their signature.
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
#include "cmd/vault/hold/hold_name.h"
#include "cmd/vault/hold/ledger_record.h"
#include "transport/places/place.h"

/* The functions that a server has in addition to the functions of a place. payload is the payload
 * of the place. Error messages need not have the holder's name. */
typedef struct vv_holder_server_ops {
	/* Sends count records, in this order; one request has several records. */
	vv_status (*put_records)(void *payload, const vv_cid *vault, const vv_hold_bytes *records,
				 size_t count, vv_error *err);
	/* Appends to out leaf number `leaf` of the shard s, and its path (vv_leaf_path). name: the
	 * name of the shard's file. */
	vv_status (*audit)(void *payload, const char *name, const vv_shard *s, unsigned leaf,
			   vv_buf *out, vv_error *err);
	/* Gets a receipt for the place record: sets *until to the time until which the server
	 * stores the shards, and signature to the server's signature. */
	vv_status (*receipt)(void *payload, const vv_cid *vault, const vv_cid *place,
			     uint64_t *until, uint8_t signature[VV_SIGNATURE], vv_error *err);
} vv_holder_server_ops;

typedef struct vv_vault_holder vv_vault_holder;

void vv_vault_holder_close(vv_vault_holder *h); /* accepts NULL */
VV_AUTO_FREE(vv_vault_holder, vv_vault_holder_close)
/* Makes a holder that owns the place *take_place. On failure, the place is closed. name: the
 * holder's name in error messages; copied. */
vv_status vv_vault_holder_new(vv_vault_holder **out, vv_place *take_place, const char *name,
			      vv_error *err);

const char *vv_vault_holder_domain(const vv_vault_holder *h); /* failure domain; borrowed from h */
/* Returns a warning for users about copies at this holder, borrowed from h. NULL: no warning. */
const char *vv_vault_holder_caveat(const vv_vault_holder *h);
/* Makes h a server that has the functions ops, and signs receipts with this key. Borrows ops until
 * vv_vault_holder_close. */
void vv_vault_holder_set_server(vv_vault_holder *h, const vv_holder_server_ops *ops,
				const uint8_t key[VV_KEY_PUBLIC]);
/* Returns true if the holder stores records, and not only shards. */
bool vv_vault_holder_keeps_records(const vv_vault_holder *h);
/* If the holder signs receipts, writes its key to out and returns true. */
bool vv_vault_holder_key(const vv_vault_holder *h, uint8_t out[VV_KEY_PUBLIC]);

/* --- shards: all error messages have the holder's name --- */

/* Stores a shard of len bytes at the holder. The shard is durable after vv_holders_finish, or at
 * once if this kind of holder cannot delay syncing. VV_EREFUSED: the holder is full, or does not
 * accept the shard. */
vv_status vv_holder_put_shard(vv_vault_holder *h, const vv_cid *vault, const vv_cid *shard,
			      const void *bytes, size_t len, vv_error *err);
/* The result of vv_holders_finish for one holder. */
typedef struct vv_finished {
	vv_status status;
	vv_error err;
} vv_finished;
/* Makes all stored data durable at the count holders, in parallel. Skips holders that are NULL.
 * Sets result[i] to the result for holders[i]. If it is a failure, all data sent to this holder
 * since the last call may be lost. Returns VV_OK even if some holders fail. */
vv_status vv_holders_finish(vv_vault_holder *const *holders, size_t count, vv_finished *result,
			    vv_error *err);
/* Sets the content of out to the whole shard s. VV_EMISSING: the holder does not have the shard.
 * VV_ECORRUPT: the bytes do not match the CID. */
vv_status vv_holder_get_shard(vv_vault_holder *h, const vv_cid *vault, const vv_shard *s,
			      vv_buf *out, vv_error *err);
/* Checks that the holder has leaf number `leaf` of the shard s. Adds the number of received bytes
 * to *read (may be NULL). Replaces answer with the SHA-256 of these bytes and the previous answer,
 * also on failure. VV_EMISSING: the holder does not have the shard. VV_ECORRUPT: the received bytes
 * are wrong. */
vv_status vv_holder_audit(vv_vault_holder *h, const vv_cid *vault, const vv_shard *s, unsigned leaf,
			  uint64_t *read, uint8_t answer[VV_SHA256_LEN], vv_error *err);
/* Calls fn for each shard of the vault at the holder; ignores other files. */
vv_status vv_holder_list_shards(vv_vault_holder *h, const vv_cid *vault, vv_cid_listed_fn fn,
				void *payload, vv_error *err);
/* Removes a shard, if the holder has it. VV_EREFUSED: the term of a receipt is not over. */
vv_status vv_holder_remove_shard(vv_vault_holder *h, const vv_cid *vault, const vv_cid *shard,
				 vv_error *err);
/* Gets the receipt for the place record from a holder that has a key. Sets *until to the time, in
 * seconds since 1970, before which the holder does not delete the shards, and signature to the
 * holder's signature. VV_ECORRUPT: the signature was not made with this key. VV_ENOSUPPORT: the
 * holder has no key. */
vv_status vv_holder_receipt(vv_vault_holder *h, const vv_cid *vault, const vv_cid *place,
			    uint64_t *until, uint8_t signature[VV_SIGNATURE], vv_error *err);

/* --- records, and vaults --- */

/* Calls fn with the name of each record, as in the ledger: <author>/<number>-<CID>. fn must ignore
 * names for which vv_ledger_is_name is false. Does nothing if the holder stores only shards. */
vv_status vv_holder_list_records(vv_vault_holder *h, const vv_cid *vault, vv_listed_fn fn,
				 void *payload, vv_error *err);
/* Replaces the content of out with the record file `name` of the vault. VV_ENOTFOUND: the holder
 * does not have the record. */
vv_status vv_holder_get_record(vv_vault_holder *h, const vv_cid *vault, const char *name,
			       vv_buf *out, vv_error *err);
/* Stores len bytes as the record file `name`, durably. */
vv_status vv_holder_put_record(vv_vault_holder *h, const vv_cid *vault, const char *name,
			       const void *bytes, size_t len, vv_error *err);
/* Stores count records. Records that add writers must precede the records of these writers. The
 * records are durable only after vv_holders_finish. */
vv_status vv_holder_put_records(vv_vault_holder *h, const vv_cid *vault, const char *const *names,
				const vv_hold_bytes *records, size_t count, vv_error *err);
/* Calls fn for each vault that has data at the holder. A server lists only the vaults of the client's
 * key (vv_vault_holder_open). VV_EREFUSED: the holder is a server, and the client has no key. */
vv_status vv_holder_list_vaults(vv_vault_holder *h, vv_cid_listed_fn fn, void *payload,
				vv_error *err);

#endif
