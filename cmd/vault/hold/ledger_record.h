/*
 * ledger_record: a signed statement of one author about a vault; the ledger consists of these.
 *
 * A record is a DAG-CBOR map {body, kind, time, vault, author, version, previous, sequence}. Its
 * name is the CID of these bytes; a file of it is the author's signature (64 bytes, purpose "varve
 * record 1") and then the bytes, so that a record signed twice is still one record. An author's
 * records are numbered from 0, and each names the one before. Format: docs/formats/vault.md.
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

#define VV_LEDGER_VERSION 1u
#define VV_LEDGER_RECORD_MAX (1u << 20) /* bytes, including the signature */
#define VV_HOLDER_ID VV_SEALED_NAME     /* a holder, to readers with the vault's secret */
#define VV_RECEIPT_PURPOSE "varve receipt 1"

typedef enum vv_ledger_kind {
	VV_LEDGER_VAULT,   /* the vault's first record: its owners; later ones: its content */
	VV_LEDGER_EPOCH,   /* the new readers and writers */
	VV_LEDGER_PLACE,   /* these shards are placed there */
	VV_LEDGER_RECEIPT, /* the holder confirms that it stores them */
	VV_LEDGER_AUDIT,   /* the results of an audit */
	VV_LEDGER_RETIRE,  /* nothing needs these shards */
	VV_LEDGER_DROP     /* the holder may delete these shards */
} vv_ledger_kind;

const char *vv_ledger_kind_name(vv_ledger_kind kind); /* "place"; static */

/* A removed writer, and the writer's last record that still counts. */
typedef struct vv_removed {
	uint8_t key[VV_KEY_PUBLIC];
	vv_cid last; /* null: no record counts */
} vv_removed;

/* A stripe: parity for the next code.data shards of a vault record. */
typedef struct vv_stripe {
	vv_code code;
	vv_shard *parity; /* code.parity of them */
} vv_stripe;

/* An epoch's secret, sealed to a reader. */
typedef struct vv_box {
	const uint8_t *bytes;
	size_t len;
} vv_box;

/* A record. Items of lists are in an arena. Members that the record's kind does not have are
 * zero. */
typedef struct vv_ledger_record {
	vv_cid cid; /* of the bytes; set by read and sign */
	vv_ledger_kind kind;
	vv_cid vault; /* null: this is the vault's first record, and its CID is the vault */
	uint8_t author[VV_KEY_PUBLIC];
	uint64_t sequence;
	vv_cid previous; /* null: sequence 0 */
	uint64_t version;
	uint64_t time; /* seconds since 1970, by the author's clock */

	uint8_t (*keys)[VV_KEY_PUBLIC]; /* first vault record: owners; epoch: writers */
	size_t key_count;
	vv_shard *shards; /* vault: new ones, in the order of their stream; place */
	size_t shard_count;
	vv_stripe *stripes; /* vault: the first is over the first shards, and so on */
	size_t stripe_count;
	/* vault: heads; epoch: previous epochs; audit: bad shards; retire, drop: shards */
	vv_cid *links;
	size_t link_count;
	vv_cid link;                  /* vault: the epoch it is sealed in; receipt: the place */
	uint8_t holder[VV_HOLDER_ID]; /* place, audit, drop */
	/* place, drop: the holder's key, if it has one; receipt: the signer's key */
	uint8_t key[VV_KEY_PUBLIC];
	bool has_key, is_signed;         /* is_signed: receipt, as has_key */
	uint8_t signature[VV_SIGNATURE]; /* receipt, with has_key */
	uint64_t until;                  /* receipt: not deleted before, seconds since 1970 */
	vv_box *boxes;                   /* epoch */
	size_t box_count;
	/* epoch; vault: the author's list of holders; NULL: unchanged */
	const uint8_t *sealed;
	size_t sealed_len;
	vv_removed *removed; /* epoch */
	size_t removed_count;
	uint64_t asked, good;          /* audit: leaves, or shards */
	uint8_t nonce[32], answer[32]; /* audit */
} vv_ledger_record;

/* For qsort of pointers to records: compares times, then authors and their sequence numbers. */
int vv_ledger_record_compare(const void *a, const void *b);
/* The number and the items of the list of all shards that a vault record names: those of its
 * stream, then the parity of its stripes. The item is borrowed from r. */
size_t vv_run_shard_count(const vv_ledger_record *r);
const vv_shard *vv_run_shard_at(const vv_ledger_record *r, size_t i);

/* Appends zeros in place of a signature, then the record's bytes. Only
 * vv_ledger_record_read_checked can read the result. */
vv_status vv_ledger_record_put(vv_buf *out, vv_ledger_record *r, vv_error *err);
/* Signs the record: out gets the file, signature and bytes. Sets r->author and r->cid. */
vv_status vv_ledger_record_sign(vv_buf *out, vv_ledger_record *r, const vv_key *author,
				vv_error *err);

/* Reads a record's file and checks its signature; the lists point into bytes and arena.
 * VV_ECORRUPT: not a record, or not signed by its author; VV_ENOSUPPORT: written by a newer
 * varve. */
vv_status vv_ledger_record_read(vv_ledger_record *out, vv_arena *arena, const void *bytes,
				size_t len, vv_error *err);

/* Reads bytes that vv_ledger_record_read checked before: checks no signature, and computes no
 * CID (the caller sets out->cid). */
vv_status vv_ledger_record_read_checked(vv_ledger_record *out, vv_arena *arena, const void *bytes,
					size_t len, vv_error *err);

/* Writes the signed bytes of a receipt: the place's CID, 36 bytes, and le64 until. */
#define VV_RECEIPT_BYTES (VV_CID_BYTES + 8u)
void vv_receipt_bytes(uint8_t out[VV_RECEIPT_BYTES], const vv_cid *place, uint64_t until);
/* Checks that `receipt` is a receipt for the place record. If the place names a key, that key
 * must have signed the receipt. VV_ECORRUPT: it is not, with the reason. */
vv_status vv_receipt_check(const vv_ledger_record *receipt, const vv_ledger_record *place,
			   vv_error *err);

#endif
