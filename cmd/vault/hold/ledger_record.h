/*
 * ledger_record: writes, signs and parses records. A record is a signed statement of one author
 * about a vault; a ledger consists of records.
 *
 * A record is a DAG-CBOR map {body, kind, time, vault, author, version, previous, sequence}. The
 * record's CID is the CID of the bytes of this map. A record's file consists of the author's
 * signature (64 bytes, purpose "varve record 1") and these bytes. The CID does not cover the
 * signature, so a record that was signed twice is still one record. An author's records are
 * numbered from 0, and each later record names its predecessor. Format: docs/formats/vault.md.
 */
#ifndef VV_CMD_VAULT_HOLD_LEDGER_RECORD_H
#define VV_CMD_VAULT_HOLD_LEDGER_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/keys/key.h"
#include "cmd/vault/hold/code.h"
#include "cmd/vault/hold/shard.h"
#include "repo/blocks/cid.h"

#define VV_LEDGER_VERSION 1u            /* the version of these records */
#define VV_LEDGER_RECORD_MAX (1u << 20) /* bytes, including the signature */
/* Length of a holder's id in bytes. Only readers of the vault can compute the id
 * (vv_epoch_holder_id, cmd/vault/sealed/epoch.h). */
#define VV_HOLDER_ID VV_SEALED_NAME
#define VV_RECEIPT_PURPOSE "varve receipt 1"

/* The kind of a record, named after its content. */
typedef enum vv_ledger_kind {
	/* the first vault record names the vault's owners; each later one is a run
	 * (cmd/vault/sealed/stream.h), and names new shards */
	VV_LEDGER_VAULT,
	VV_LEDGER_EPOCH, /* the new readers and writers */
	VV_LEDGER_PLACE, /* shards are being stored at a holder */
	/* the holder has stored the shards of a place record; signed by the holder, if it has a
	 * key */
	VV_LEDGER_RECEIPT,
	VV_LEDGER_AUDIT,  /* the results of an audit */
	VV_LEDGER_RETIRE, /* shards that are no longer needed */
	VV_LEDGER_DROP    /* shards that a holder may delete */
} vv_ledger_kind;

const char *vv_ledger_kind_name(vv_ledger_kind kind); /* "place"; static */

/* A removed writer, and the writer's last record that still counts. */
typedef struct vv_removed {
	uint8_t key[VV_KEY_PUBLIC];
	vv_cid last; /* null: no record counts */
} vv_removed;

/* A stripe of a vault record: its parity shards. Its data shards are the next code.data items of
 * the record's shards. */
typedef struct vv_stripe {
	vv_code code;
	vv_shard *parity; /* code.parity shards */
} vv_stripe;

/* An epoch's secret, sealed to a reader. */
typedef struct vv_box {
	const uint8_t *bytes;
	size_t len;
} vv_box;

/* A record. The lists of a record that was read are in an arena and in the file's bytes; the lists
 * of a record to write belong to the caller. The comment of a member begins with the kinds of
 * records that have the member; in other records, the member is zero. */
typedef struct vv_ledger_record {
	vv_cid cid; /* CID of the record's bytes; set by read and sign */
	vv_ledger_kind kind;
	vv_cid vault; /* null: this is the vault's first record, whose CID identifies the vault */
	uint8_t author[VV_KEY_PUBLIC];
	uint64_t sequence;
	vv_cid previous; /* CID of the author's previous record; null if sequence is 0 */
	uint64_t version;
	uint64_t time; /* seconds since 1970, by the author's clock */

	/* vault (first record only): the owners; epoch: the writers */
	uint8_t (*keys)[VV_KEY_PUBLIC];
	size_t key_count;
	/* vault: the new shards, in the order of their stream; place: the shards */
	vv_shard *shards;
	size_t shard_count;
	vv_stripe *stripes; /* vault: the first stripe is for the first shards, and so on */
	size_t stripe_count;
	/* vault: the last record of each author that the writer had received; epoch: previous
	 * epochs; audit: bad shards; retire, drop: shards */
	vv_cid *links;
	size_t link_count;
	/* vault: the epoch whose secret seals the shards; receipt: the place record */
	vv_cid link;
	uint8_t holder[VV_HOLDER_ID]; /* place, audit, drop: the holder's id */
	/* place, drop, receipt: the holder's key, if it has one */
	uint8_t key[VV_KEY_PUBLIC];
	bool has_key; /* place, drop, receipt: key is set */
	/* receipt: signature is set; vv_ledger_record_put sets this to has_key */
	bool is_signed;
	uint8_t signature[VV_SIGNATURE]; /* receipt: the holder's signature, if is_signed */
	/* receipt: the shards are not deleted before this time, in seconds since 1970 */
	uint64_t until;
	vv_box *boxes; /* epoch: the epoch's secret for each reader */
	size_t box_count;
	/* epoch: the sealed content; vault: the author's sealed list of holders, or NULL if the
	 * list is the same as in the author's previous vault record */
	const uint8_t *sealed;
	size_t sealed_len;
	vv_removed *removed; /* epoch: removed writers */
	size_t removed_count;
	/* audit: number of checked leaves or shards, and of good ones */
	uint64_t asked, good;
	/* audit: a random number, and the hash of the number and all received bytes */
	uint8_t nonce[32], answer[32];
} vv_ledger_record;

/* Compares records for qsort of an array of pointers to records: by time, then by author, then by
 * sequence number, then by CID. */
int vv_ledger_record_compare(const void *a, const void *b);
/* Returns the number of shards that the vault record r names, including parity shards. */
size_t vv_run_shard_count(const vv_ledger_record *r);
/* Returns shard i, less than vv_run_shard_count: first the shards of the run's stream, then the
 * parity shards of its stripes. Borrowed from r. */
const vv_shard *vv_run_shard_at(const vv_ledger_record *r, size_t i);

/* Replaces the content of out with the file of the record r, with zeros in place of the signature.
 * Sets r->version and r->is_signed. Only vv_ledger_record_read_checked can read the result.
 * VV_EREFUSED: the file is longer than VV_LEDGER_RECORD_MAX. */
vv_status vv_ledger_record_put(vv_buf *out, vv_ledger_record *r, vv_error *err);
/* Signs the record r with the key author, and replaces the content of out with the record's file.
 * Sets r->author and r->cid. Otherwise as vv_ledger_record_put. */
vv_status vv_ledger_record_sign(vv_buf *out, vv_ledger_record *r, const vv_key *author,
				vv_error *err);

/* Parses a record's file of len bytes into *out, and checks the signature. *out borrows from bytes
 * and from arena. VV_ECORRUPT: the bytes are not a record, or its author did not sign it.
 * VV_ENOSUPPORT: a newer version of varve wrote the record. */
vv_status vv_ledger_record_read(vv_ledger_record *out, vv_arena *arena, const void *bytes,
				size_t len, vv_error *err);

/* Parses a record's file into *out, but does not check the signature, and does not set out->cid.
 * The caller zeroes *out before: members that the record does not have are not set. For files that
 * vv_ledger_record_read has checked before, and for the results of vv_ledger_record_put. */
vv_status vv_ledger_record_read_checked(vv_ledger_record *out, vv_arena *arena, const void *bytes,
					size_t len, vv_error *err);

#define VV_RECEIPT_BYTES (VV_CID_BYTES + 8u)

/* Writes to out the bytes that the signature of a receipt covers: the CID of the place record (36
 * bytes), and until (8 bytes, little-endian). */
void vv_receipt_bytes(uint8_t out[VV_RECEIPT_BYTES], const vv_cid *place, uint64_t until);
/* Checks that `receipt`, a record of kind VV_LEDGER_RECEIPT, is for the record `place`. If `place`
 * has a key, this key must have signed the receipt. VV_ECORRUPT: a check failed; the message has the
 * reason. */
vv_status vv_receipt_check(const vv_ledger_record *receipt, const vv_ledger_record *place,
			   vv_error *err);

#endif
