/*
 * record: parses and writes the headers of records. A record is the form of a block in a pack.
 *
 *   1       method (low nibble) and codec flag (0x10: dag-cbor)
 *   32      digest: SHA-256 of the raw bytes
 *   varint  raw length, at most VV_BLOCK_MAX
 *   varint  stored length
 *   methods VV_METHOD_DIFF and VV_METHOD_EDIT only:
 *     varint  depth of the chain of differences, 1 .. VV_CHAIN_MAX
 *     varint  distance: the base's record begins this many bytes before this record, in the same
 *             pack; 0: the base is given next by its CID, and can be in any pack
 *     1 + 32  with distance 0 only: codec and digest of the base
 *   stored bytes
 *   8       XXH3-64 of the bytes before the stored bytes, and then of the raw bytes
 */
#ifndef VV_REPO_BLOCKS_RECORD_H
#define VV_REPO_BLOCKS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "repo/blocks/cid.h"

/* Maximum number of differences in a chain: a difference whose base is a difference, and so on. */
#define VV_CHAIN_MAX 100
#define VV_PACK_HEADER_LEN 8u /* bytes of a pack before its first record */

#define VV_RECORD_HEADER_MAX 96u /* most bytes of a header */

/* Number of bytes of a record that are read first. They contain the whole header and, if the
 * record is a difference, usually the whole record. */
#define VV_RECORD_PEEK 1024u
#define VV_RECORD_CHECKSUM_LEN 8u

/* The method of a record: how its stored bytes represent the block. In this order: the raw bytes;
 * zstd; zstd with the base as prefix; edits of the base (coder.h); parts. */
enum {
	VV_METHOD_STORED = 0,
	VV_METHOD_ZSTD = 1,
	VV_METHOD_DIFF = 2,
	VV_METHOD_EDIT = 3,
	VV_METHOD_PARTS = 4 /* parts.h */
};

/* Returns true if the method stores a block as a difference from a base. */
static inline bool vv_method_has_base(unsigned method)
{
	return method == VV_METHOD_DIFF || method == VV_METHOD_EDIT;
}

/* The header of a record. */
typedef struct vv_record {
	vv_cid cid;
	uint8_t method;
	uint32_t raw_len, stored_len;
	unsigned depth; /* number of differences in the chain; 0: the method has no base */
	/* if the method has a base: distance of the base's record; 0: the base is given by its CID */
	uint64_t distance;
	/* CID of the base; null if the method has no base, or distance is not 0 */
	vv_cid base;
	size_t header_len; /* bytes before the stored bytes */
} vv_record;

/* Returns the length of the whole record: header, stored bytes and checksum. */
uint64_t vv_record_len(const vv_record *r);

/* Parses the header of a record. p has the first len bytes of the record, which begins at `offset`
 * in the pack. Returns NULL on success, or a constant message that describes the fault; *out is
 * then undefined. */
const char *vv_record_parse(vv_record *out, const uint8_t *p, size_t len, uint64_t offset);

/* Writes the header of r to out, sets r->header_len to the header's length, and returns the
 * length. */
size_t vv_record_write(uint8_t out[VV_RECORD_HEADER_MAX], vv_record *r);

#endif
