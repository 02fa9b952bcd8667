/*
 * record: one block in a pack.
 *
 *   1       method (low nibble) and codec flag (0x10: dag-cbor)
 *   32      digest: SHA-256 of the raw bytes
 *   varint  raw length, at most VV_BLOCK_MAX
 *   varint  stored length
 *   methods VV_METHOD_DIFF and VV_METHOD_EDIT only:
 *     varint  depth of the chain of differences, 1 .. VV_CHAIN_MAX
 *     varint distance: the base's record starts this many bytes before this one in the same pack;
 *     or 0, and then
 *     1 + 32    codec and digest of the base, in any pack
 *   stored bytes
 *   8       XXH3-64 of all that is before the stored bytes, and the raw bytes
 */
#ifndef VV_REPO_BLOCKS_RECORD_H
#define VV_REPO_BLOCKS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "repo/blocks/cid.h"

#define VV_BLOCK_MAX (1u << 20) /* bytes of a block, uncompressed */
#define VV_CHAIN_MAX 100        /* differences that follow each other */
#define VV_PACK_HEADER_LEN 8u   /* bytes of a pack before its first record */

#define VV_RECORD_HEADER_MAX 96u

/* So much is read in order to parse one: most differences are in it entirely. */
#define VV_RECORD_PEEK 1024u
#define VV_RECORD_CHECKSUM_LEN 8u

enum {
	VV_METHOD_STORED = 0,
	VV_METHOD_ZSTD = 1,
	VV_METHOD_DIFF = 2,
	VV_METHOD_EDIT = 3,
	VV_METHOD_PARTS = 4 /* parts.h */
};

/* Is the block stored as a difference from another, of bytes or edits? */
static inline bool vv_method_has_base(unsigned method)
{
	return method == VV_METHOD_DIFF || method == VV_METHOD_EDIT;
}

typedef struct vv_record {
	vv_cid cid;
	uint8_t method;
	uint32_t raw_len, stored_len;
	unsigned depth;    /* 0 unless a difference */
	uint64_t distance; /* 0: base names it */
	vv_cid base;       /* null unless distance is 0 and this is a difference */
	size_t header_len; /* bytes before the stored bytes */
} vv_record;

/* Header, stored bytes and checksum. */
uint64_t vv_record_len(const vv_record *r);

/* Reads the header of the record that starts at offset of its pack, from its first len bytes. NULL,
 * or its fault. */
const char *vv_record_parse(vv_record *out, const uint8_t *p, size_t len, uint64_t offset);

/* Writes the header; sets r->header_len and returns it. */
size_t vv_record_write(uint8_t out[VV_RECORD_HEADER_MAX], vv_record *r);

#endif
