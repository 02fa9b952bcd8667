/*
 * ledger_record: writes, signs and parses records. A record is a signed statement of one author
 * about a vault; a ledger consists of records.
 *
 * A record is a DAG-CBOR map {body, kind, time, vault, author, version, previous, sequence}. The
 * name of a record is the CID of these bytes. The file of a record has the author's signature (64
 * bytes, purpose "varve record 1") and then the bytes; the signature is not part of the name, so
 * that a record that was signed twice is still one record. An author's records are numbered from 0,
 * and each record names its predecessor. Format: docs/formats/vault.md.
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
/* Length of a holder's id, which only readers with the vault's secret can compute. */
#define VV_HOLDER_ID VV_SEALED_NAME
#define VV_RECEIPT_PURPOSE "varve receipt 1"

/* The kind of a record, named after its content. */
typedef enum vv_ledger_kind {
	/* the first such record of a vault names its owners; each later one (a run, see
	 * cmd/vault/sealed/stream.h) names new shards */
	VV_LEDGER_VAULT,
	VV_LEDGER_EPOCH,   /* the new readers and writers */
	VV_LEDGER_PLACE,   /* shards are being stored at a holder */
	VV_LEDGER_RECEIPT, /* the holder confirms that it stores the shards of a place record */
	VV_LEDGER_AUDIT,   /* the results of an audit */
	VV_LEDGER_RETIRE,  /* shards that are no longer needed */
	VV_LEDGER_DROP     /* shards that a holder may delete */
} vv_ledger_kind;

const char *vv_ledger_kind_name(vv_ledger_kind kind); /* "place"; static */

/* A removed writer, and the writer's last record that still counts. */
typedef struct vv_removed {
	uint8_t key[VV_KEY_PUBLIC];
	vv_cid last; /* null: no record counts */
} vv_removed;

/* A stripe: the parity of the next code.data shards of a vault record. */
typedef struct vv_stripe {
	vv_code code;
	vv_shard *parity; /* code.parity shards */
} vv_stripe;

/* An epoch's secret, sealed to a reader. */
typedef struct vv_box {
	const uint8_t *bytes;
	size_t len;
} vv_box;

/* A record. Items of lists are in an arena, or owned by the caller. The comment of a member begins
 * with the kinds of records that have it; in other records, the member is zero. */
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
	/* vault: heads; epoch: previous epochs; audit: bad shards; retire, drop: shards */
	vv_cid *links;
	size_t link_count;
	/* vault: the epoch with whose secret the shards are sealed; receipt: the place record */
	vv_cid link;
	uint8_t holder[VV_HOLDER_ID]; /* place, audit, drop: the holder's id */
	/* place, drop: the holder's key, if it has one; receipt: the signer's key */
	uint8_t key[VV_KEY_PUBLIC];
	bool has_key, is_signed;         /* key is set; receipt: signature is set */
	uint8_t signature[VV_SIGNATURE]; /* receipt: the signature, if has_key is set */
	/* receipt: the shards are not deleted before this time, in seconds since 1970 */
	uint64_t until;
	vv_box *boxes; /* epoch: the epoch's secret for each reader */
	size_t box_count;
	/* epoch: sealed content of the epoch; vault: the author's list of holders, sealed; NULL:
	 * unchanged */
	const uint8_t *sealed;
	size_t sealed_len;
	vv_removed *removed; /* epoch: removed writers */
	size_t removed_count;
	/* audit: number of checked leaves or shards, and of good ones */
	uint64_t asked, good;
	uint8_t nonce[32], answer[32]; /* audit: proof of the checked data */
} vv_ledger_record;

/* Comparison function for qsort of pointers to records: compares times, then authors, then sequence
 * numbers. */
int vv_ledger_record_compare(const void *a, const void *b);
/* Returns the number of all shards that the vault record r names. */
size_t vv_run_shard_count(const vv_ledger_record *r);
/* Returns the i-th of these shards, from 0: first the shards of the run's stream, then the parity
 * shards of its stripes. Borrowed from r. */
const vv_shard *vv_run_shard_at(const vv_ledger_record *r, size_t i);

/* Appends zeros in place of a signature, then the bytes of the record r, to out. Only
 * vv_ledger_record_read_checked can read the result. */
vv_status vv_ledger_record_put(vv_buf *out, vv_ledger_record *r, vv_error *err);
/* Signs the record r with the key author, and writes the content of its file, the signature and the
 * bytes, to out. Sets r->author and r->cid. */
vv_status vv_ledger_record_sign(vv_buf *out, vv_ledger_record *r, const vv_key *author,
				vv_error *err);

/* Parses the content of a record's file, and checks the signature. The lists of *out are borrowed
 * from bytes and arena. VV_ECORRUPT: the bytes are not a record, or are not signed by its author.
 * VV_ENOSUPPORT: a newer varve wrote the record. */
vv_status vv_ledger_record_read(vv_ledger_record *out, vv_arena *arena, const void *bytes,
				size_t len, vv_error *err);

/* Parses bytes that vv_ledger_record_read has already checked, without checking the signature and
 * computing the CID: the caller sets out->cid. */
vv_status vv_ledger_record_read_checked(vv_ledger_record *out, vv_arena *arena, const void *bytes,
					size_t len, vv_error *err);

#define VV_RECEIPT_BYTES (VV_CID_BYTES + 8u)

/* Writes the bytes that the signature of a receipt covers to out: the CID of the place record (36
 * bytes), and until (8 bytes, little-endian). */
void vv_receipt_bytes(uint8_t out[VV_RECEIPT_BYTES], const vv_cid *place, uint64_t until);
/* Checks that `receipt` is a receipt for the place record. If the place record names a key, this
 * key must have signed the receipt. VV_ECORRUPT: `receipt` is not such a receipt; the message has
 * the reason. */
vv_status vv_receipt_check(const vv_ledger_record *receipt, const vv_ledger_record *place,
			   vv_error *err);

#endif
