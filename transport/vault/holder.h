/*
 * holder: a place that keeps shards and records of vaults, and need not be trusted.
 *
 * Every kind keeps the same names, so that a vault can be moved from one to another by copying files:
 *
 *	<vault>/shards/<CID>                         a shard
 *	<vault>/records/<author>/<number>-<CID>      a record of its ledger
 *
 * Five things are asked of it: put, get with a range, list, remove, and audit, which a kind that cannot
 * think leaves out (a leaf and the trailer are read by range then). Nothing is overwritten. Whatever comes
 * from a holder is checked by whoever asked: shards by their CID, records by their signature.
 */
#ifndef VV_TRANSPORT_VAULT_HOLDER_H
#define VV_TRANSPORT_VAULT_HOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "transport/vault/ledger_record.h"

/* One name below the folder that was listed, and how many bytes it has. */
typedef vv_status (*vv_listed_fn)(void *payload, const char *name, uint64_t size, vv_error *err);
/* A list from another machine that is longer does not end: a vault of a terabyte has a quarter of it. */
#define VV_HOLDER_ENTRIES_MAX 4000000u

/* A record's file. */
typedef struct vv_record_bytes {
	const uint8_t *bytes;
	size_t len;
} vv_record_bytes;

/* What a kind of holder does; payload is its own. Errors need not name the holder. */
typedef struct vv_vault_holder_ops {
	bool shards_only; /* no records: they cannot be found there by their names */
	/* Durable when it returns. VV_EREFUSED: the holder is full, or does not want it. */
	vv_status (*put)(void *payload, const char *name, const void *bytes, size_t len,
			 vv_error *err);
	/* May be NULL, both. The same, but durable only after finish, which may run in a thread of its own
	 * while nothing else is asked of this one. What finish fails with holds for all of them. */
	vv_status (*put_later)(void *payload, const char *name, const void *bytes, size_t len,
			       vv_error *err);
	vv_status (*finish)(void *payload, vv_error *err);
	/* Appends up to len bytes from there on; fewer only where the file ends. VV_ENOTFOUND. */
	vv_status (*get)(void *payload, const char *name, uint64_t from, uint64_t len, vv_buf *out,
			 vv_error *err);
	/* All files directly in the folder; none where there is no such folder. Folders in it are
	 * given with a size of UINT64_MAX. */
	vv_status (*list)(void *payload, const char *folder, vv_listed_fn fn, void *to,
			  vv_error *err);
	/* May be NULL. The same; names that do not come after this one (bytewise) may be left out. */
	vv_status (*list_after)(void *payload, const char *folder, const char *after,
				vv_listed_fn fn, void *to, vv_error *err);
	/* VV_ENOTFOUND; VV_EREFUSED: a receipt's term has not ended. */
	vv_status (*remove)(void *payload, const char *name, vv_error *err);
	/* May be NULL. Several records at once, in this order: one that judges them sees together what
	 * belongs together. */
	vv_status (*put_records)(void *payload, const vv_cid *vault, const vv_record_bytes *records,
				 size_t count, vv_error *err);
	/* May be NULL. One leaf, and its path (vv_leaf_path). */
	vv_status (*audit)(void *payload, const char *name, const vv_shard *s, unsigned leaf,
			   vv_buf *out, vv_error *err);
	/* May be NULL: signs that it keeps what the place names. */
	vv_status (*receipt)(void *payload, const vv_cid *vault, const vv_cid *place,
			     uint64_t *until, uint8_t signature[VV_SIGNATURE], vv_error *err);
	/* May be NULL: bytes that came since it was opened, where that is more than get gives. */
	uint64_t (*moved)(void *payload);
	/* May be NULL: why a copy there may be lost although the holder says it is kept; NULL: nothing known. */
	const char *(*caveat)(void *payload);
	void (*close)(void *payload);
} vv_vault_holder_ops;

/* Kinds that keep files have this one in the folder that is a holder. */
#define VV_HOLDER_MARK "varve-holder"
#define VV_HOLDER_MARK_TEXT "This folder keeps sealed copies for varve.\n"

/* How a holder is known. Strings are borrowed from who opened it. */
typedef struct vv_holder_facts {
	const char *name, *url;
	const char *domain; /* NULL: what the kind knows of itself */
	uint64_t quota;     /* bytes; 0: none */
	const char *key;    /* the DID that a server had so far; NULL: not known */
	const vv_key *self; /* the client's, where a holder wants to know; NULL: not known */
} vv_holder_facts;

typedef struct vv_vault_holder vv_vault_holder;

void vv_vault_holder_close(vv_vault_holder *h); /* accepts NULL */
/* For the kinds: takes payload over, and domain (a string of vv_malloc), on failure also. */
vv_status vv_vault_holder_new(vv_vault_holder **out, const vv_vault_holder_ops *ops, void *payload,
			      char *take_domain, const vv_holder_facts *facts, vv_error *err);

const char *vv_vault_holder_domain(const vv_vault_holder *h); /* borrowed */
/* What a user should know of copies there; NULL: nothing. Borrowed. */
const char *vv_vault_holder_caveat(const vv_vault_holder *h);
/* For the kinds: it signs receipts, with this key. */
void vv_vault_holder_set_key(vv_vault_holder *h, const uint8_t key[VV_KEY_PUBLIC]);
/* Or shards only? It gets no records, then, and lists none. */
bool vv_vault_holder_keeps_records(const vv_vault_holder *h);
/* Does it sign receipts? Its key then. */
bool vv_vault_holder_key(const vv_vault_holder *h, uint8_t out[VV_KEY_PUBLIC]);

/* --- shards: all messages name the holder --- */

/* Durable after vv_holders_finish (at once, where the kind cannot wait for several together). VV_EREFUSED:
 * full. */
vv_status vv_holder_put_shard(vv_vault_holder *h, const vv_cid *vault, const vv_cid *shard,
			      const void *bytes, size_t len, vv_error *err);
/* What was put is durable at all of these holders, which wait for their disks side by side; NULL among them:
 * nobody. result has a place for each: a failure is of all that was put there since the last time. */
typedef struct vv_finished {
	vv_status status;
	vv_error err;
} vv_finished;
vv_status vv_holders_finish(vv_vault_holder *const *holders, size_t count, vv_finished *result,
			    vv_error *err);
/* out gets the whole shard in the place of its content. VV_EMISSING; VV_ECORRUPT: other bytes. */
vv_status vv_holder_get_shard(vv_vault_holder *h, const vv_cid *vault, const vv_shard *s,
			      vv_buf *out, vv_error *err);
/* Does it have this leaf, and the right hashes? VV_EMISSING, VV_ECORRUPT. *read (may be NULL) grows by
 * the bytes that came; answer, SHA-256 of them, is mixed in. */
vv_status vv_holder_audit(vv_vault_holder *h, const vv_cid *vault, const vv_shard *s, unsigned leaf,
			  uint64_t *read, uint8_t answer[VV_SHA256_LEN], vv_error *err);
/* Each shard's CID and size; other names are passed over. */
typedef vv_status (*vv_shard_listed_fn)(void *payload, const vv_cid *cid, uint64_t size,
					vv_error *err);
vv_status vv_holder_list_shards(vv_vault_holder *h, const vv_cid *vault, vv_shard_listed_fn fn,
				void *payload, vv_error *err);
/* One that is not there is fine. VV_EREFUSED: a receipt's term has not ended. */
vv_status vv_holder_remove_shard(vv_vault_holder *h, const vv_cid *vault, const vv_cid *shard,
				 vv_error *err);
/* What a holder with a key signs; VV_ECORRUPT: its signature is not of its key. */
vv_status vv_holder_receipt(vv_vault_holder *h, const vv_cid *vault, const vv_cid *place,
			    uint64_t *until, uint8_t signature[VV_SIGNATURE], vv_error *err);

/* --- records, and vaults --- */

/* Names as in the ledger: <author>/<number>-<CID>. */
vv_status vv_holder_list_records(vv_vault_holder *h, const vv_cid *vault, vv_listed_fn fn,
				 void *payload, vv_error *err);
/* The last of an author's records that a holder is known to have, with all before it. */
typedef struct vv_met {
	char author[VV_DID_TEXT]; /* as in names of records */
	uint64_t sequence;
} vv_met;
/* Without those before the ones that are known. */
vv_status vv_holder_list_new_records(vv_vault_holder *h, const vv_cid *vault, const vv_met *met,
				     size_t met_count, vv_listed_fn fn, void *payload,
				     vv_error *err);
vv_status vv_holder_get_record(vv_vault_holder *h, const vv_cid *vault, const char *name,
			       vv_buf *out, vv_error *err);
/* Durable at once. */
vv_status vv_holder_put_record(vv_vault_holder *h, const vv_cid *vault, const char *name,
			       const void *bytes, size_t len, vv_error *err);
/* Several, in an order in which each makes sense: those that say who may write come first. Durable only after
 * vv_holders_finish. */
vv_status vv_holder_put_records(vv_vault_holder *h, const vv_cid *vault, const char *const *names,
				const vv_record_bytes *records, size_t count, vv_error *err);
/* The vaults that it has something of. */
typedef vv_status (*vv_vault_listed_fn)(void *payload, const vv_cid *vault, vv_error *err);
vv_status vv_holder_list_vaults(vv_vault_holder *h, vv_vault_listed_fn fn, void *payload,
				vv_error *err);

#endif
