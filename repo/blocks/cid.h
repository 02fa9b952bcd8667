/*
 * cid: computes, reads and writes names of blocks: IPFS CIDv1 with SHA-256.
 *
 * The binary form has 36 bytes: 01 <codec> 12 20 <digest>. The text form has 59 characters: 'b' and
 * base32 (RFC 4648) in lower case without padding. Source: multiformats/cid; test vectors are in
 * tests/unit/repo/cid_test.c.
 */
#ifndef VV_REPO_BLOCKS_CID_H
#define VV_REPO_BLOCKS_CID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/json/json.h"
#include "base/sys.h"

#define VV_CID_BYTES 36u /* bytes of the binary form */
#define VV_CID_TEXT 59u  /* without a NUL */

#define VV_BLOCK_MAX (1u << 20) /* most bytes of a block, uncompressed */

/* VV_CODEC_DAG_PB is for nodes of UnixFS files, which are made on request: stores do not contain
 * them, and vv_cid_read and vv_cid_parse refuse the codec. */
enum { VV_CODEC_RAW = 0x55, VV_CODEC_DAG_PB = 0x70, VV_CODEC_DAG_CBOR = 0x71 };

/* The name of a block: the codec (format) and the SHA-256 of its bytes. */
typedef struct vv_cid {
	uint8_t codec; /* VV_CODEC_...; 0 means "no CID" */
	uint8_t digest[32];
} vv_cid;

/* Computes the CID of a block's bytes. */
vv_status vv_cid_of(vv_cid *out, uint8_t codec, const void *bytes, size_t len, vv_error *err);

bool vv_cid_equal(const vv_cid *a, const vv_cid *b);
int vv_cid_compare(const vv_cid *a, const vv_cid *b); /* <0, 0 or >0: by digest, then by codec */
bool vv_cid_is_null(const vv_cid *c);                 /* true if c->codec is 0 */
/* Returns the first 8 bytes of the digest as a big-endian number, so that numbers have the same
 * order as digests. */
uint64_t vv_cid_prefix(const vv_cid *c);

/* Reads a CID from its binary form. Accepts only 36 bytes with version 1, codec VV_CODEC_RAW or
 * VV_CODEC_DAG_CBOR, hash sha2-256 and length 32. VV_EUSAGE: any other bytes. */
vv_status vv_cid_read(vv_cid *out, const uint8_t *bytes, size_t len, vv_error *err);
/* Writes the binary form of c. */
void vv_cid_write(uint8_t out[VV_CID_BYTES], const vv_cid *c);

/* Reads a CID from its text form. VV_EUSAGE: text is not 'b' and 58 characters of base32 in lower
 * case with unused bits zero, or vv_cid_read does not accept its bytes. */
vv_status vv_cid_parse(vv_cid *out, const char *text, size_t len, vv_error *err);
/* Writes the text form of c, and a NUL. */
void vv_cid_text(char out[VV_CID_TEXT + 1], const vv_cid *c);
const char *vv_cid_shows(const vv_cid *c); /* the text form in a rotating buffer (vv_text_slot) */

/* A list of CIDs. Initialise with {0}; clear with vv_cids_clear if it was filled by vv_cids_add. */
typedef struct vv_cids {
	vv_cid *items;
	size_t count, cap;
} vv_cids;
/* Appends cid to list, a vv_cids *. The type lets functions that call back for each CID, such as
 * vv_cbor_links, call it. */
vv_status vv_cids_add(void *list, const vv_cid *cid, vv_error *err);
void vv_cids_clear(vv_cids *list);
VV_AUTO_CLEAR(vv_cids, vv_cids_clear)

/* Writes the text form of cid, a const vv_cid *, to w: for JSON_EACH of base/json/json_list.h. */
void vv_cid_json(vv_json_out *w, const void *cid);

#endif
