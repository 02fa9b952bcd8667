/*
 * cid_text: parses CIDs as other IPFS programs write them.
 *
 * Accepts CIDv0 (Qm...), and CIDv1 in the bases that other gateways accept: base16, base32 and
 * base36 in upper or lower case, and base58btc. varve itself writes base32 (repo/blocks/cid.h).
 */
#ifndef VV_TRANSPORT_PROTOCOL_CID_TEXT_H
#define VV_TRANSPORT_PROTOCOL_CID_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "repo/blocks/cid.h"

#define VV_CID_TEXT_MAX 200u   /* most characters of a CID */
#define VV_CID_DIGEST_MAX 128u /* most bytes of a digest */

/* Any CID. codec and hash are multicodec numbers. */
typedef struct vv_foreign_cid {
	uint64_t codec, hash;
	uint8_t digest[VV_CID_DIGEST_MAX];
	size_t digest_len;
} vv_foreign_cid;

/* Parses text as a CID into *out. Returns false if text is not a CID. */
bool vv_cid_text_read(vv_foreign_cid *out, const char *text, size_t len);

/* Converts c to a vv_cid, if varve can store or make its block: raw, DAG-CBOR or DAG-PB, with
 * SHA-256. Returns false for any other CID. */
bool vv_cid_text_own(vv_cid *out, const vv_foreign_cid *c);

/* Returns true if the CID contains the block itself: the digest is then the block. */
bool vv_cid_text_is_identity(const vv_foreign_cid *c);

#endif
