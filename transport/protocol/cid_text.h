/*
 * cid_text: parses CIDs as other IPFS programs write them.
 *
 * The parser accepts CIDv0 (Qm...), and CIDv1 in base16, base32 and base36 (in upper or lower case)
 * and in base58btc. Other gateways accept these bases, too. varve itself writes base32
 * (repo/blocks/cid.h).
 */
#ifndef VV_TRANSPORT_PROTOCOL_CID_TEXT_H
#define VV_TRANSPORT_PROTOCOL_CID_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "repo/blocks/cid.h"

#define VV_CID_TEXT_MAX 200u   /* most characters of a CID */
#define VV_CID_DIGEST_MAX 128u /* most bytes of a digest */

/* A CID with any codec and hash, which are multicodec numbers. */
typedef struct vv_foreign_cid {
	uint64_t codec, hash;
	uint8_t digest[VV_CID_DIGEST_MAX];
	size_t digest_len;
} vv_foreign_cid;

/* Parses text as a CID into *out. Returns false if text is not a CID. */
bool vv_cid_text_read(vv_foreign_cid *out, const char *text, size_t len);

/* Converts c to a vv_cid. Returns false if varve can neither store nor make its block: the codec
 * must be raw, DAG-CBOR or DAG-PB, and the hash must be SHA-256. */
bool vv_cid_text_own(vv_cid *out, const vv_foreign_cid *c);

/* Returns true if the CID has the identity hash: its digest is then the block itself. */
bool vv_cid_text_is_identity(const vv_foreign_cid *c);

#endif
