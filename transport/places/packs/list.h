/*
 * list: reads and writes lists. The list of a pack has the CIDs of the pack's blocks and their
 * positions in the pack, so that a block can be read without the whole pack.
 *
 *   8       "VVLIST" 01 0A
 *   16      the pack's hash, which is its name
 *   le64    length of the pack
 *   le32    count of blocks, 1 .. VV_HOST_LIST_MAX
 *   le32    count of bases, at most the count of blocks
 *   count x 42   codec, digest, depth of the chain of differences, le32 offset of the record, le32 base of the
 *                difference (its index in this table; from count on, count + its index in the next table; no
 *                base: ff ff ff ff); ascending
 *   bases x 33   codec and digest of the bases that are in other packs; ascending
 *   any x 16     for a combined pack: hashes of the packs all of whose blocks are in this pack; ascending
 *   8       XXH3-64 of all preceding bytes
 *
 * The records of a pack are adjacent: each record ends at the offset of the next one. A list comes
 * from an untrusted host, so it is only a hint, and never proves that a block is intact. Format:
 * docs/formats/pack-lists.md.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_LIST_H
#define VV_TRANSPORT_PLACES_PACKS_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/pack_index.h"

#define VV_HOST_PACK_MAX (64u << 20) /* most bytes of a pack */
#define VV_HOST_LIST_MAX (1u << 20)  /* most blocks of a list */
#define VV_HOST_LIST_BLOCK 42u       /* bytes of a block in a list */
#define VV_HOST_LIST_BASE 33u        /* bytes of a base in a list */
#define VV_HOST_LIST_NONE UINT32_MAX /* no base */
#define VV_HOST_LIST_PARTS 65536u    /* most packs that one pack combines */
/* The most bytes of a list. */
#define VV_HOST_LIST_BYTES                                                                         \
	(48u + (uint64_t)VV_HOST_LIST_MAX * (VV_HOST_LIST_BLOCK + VV_HOST_LIST_BASE) +             \
	 (uint64_t)VV_HOST_LIST_PARTS * VV_PACK_HASH_LEN)

/* A parsed list, which borrows its bytes: the hash and the length of the pack, and the three tables
 * of the format above, each with the number of its items. parts: the hashes of the packs all of
 * whose blocks are in this pack. */
typedef struct vv_host_list {
	uint8_t hash[VV_PACK_HASH_LEN];
	uint64_t pack_len;
	size_t count, base_count, part_count;
	const uint8_t *blocks, *bases, *parts;
} vv_host_list;

/* Parses a list of len bytes into *out, which borrows the bytes. VV_ECORRUPT: the list is invalid.
 * VV_ENOSUPPORT: a newer varve made the list. */
vv_status vv_host_list_read(vv_host_list *out, const void *bytes, size_t len, vv_error *err);
/* One block of a list. */
typedef struct vv_host_block {
	vv_cid cid;
	unsigned depth;  /* length of the chain of differences; 0: not a difference */
	uint64_t offset; /* offset of the block's record in the pack */
	vv_cid base;     /* base of the difference; null: not a difference */
} vv_host_block;

vv_host_block vv_host_list_block(const vv_host_list *l, size_t i); /* block i, below count */
vv_cid vv_host_list_base(const vv_host_list *l, size_t i);         /* base i, below base_count */
/* Finds the block cid, and sets *i to its index in the list. Returns false if the list does not
 * have the block. */
bool vv_host_list_find(const vv_host_list *l, const vv_cid *cid, size_t *i);
/* Returns the index of the base of block i: below count if the base is in the same pack, else count
 * plus the index of the base in bases; VV_HOST_LIST_NONE if the block has no base. */
size_t vv_host_list_base_of(const vv_host_list *l, size_t i);

/* Appends the list of a pack of len bytes to out. The caller must have compared the pack with its
 * hash. VV_ECORRUPT: the pack has an invalid record, or no records. */
vv_status vv_host_list_of(vv_buf *out, const uint8_t hash[VV_PACK_HASH_LEN], const void *pack,
			  size_t len, vv_error *err);
/* Adds the table of combined packs to the complete list in `list`, which has no such table yet.
 * parts: the keys of the packs (vv_pack_key), from 1 to VV_HOST_LIST_PARTS, ascending. */
vv_status vv_host_list_add_parts(vv_buf *list, const vv_cids *parts, vv_error *err);
/* Appends a list of the count blocks, 1 to VV_HOST_LIST_MAX, to out. Changes both arrays: sorts
 * blocks, whose CIDs must be unique, and bases, from which it removes duplicates and those in
 * blocks. The base of each block must be in blocks or bases. */
vv_status vv_host_list_write(vv_buf *out, const uint8_t hash[VV_PACK_HASH_LEN], uint64_t pack_len,
			     vv_host_block *blocks, size_t count, vv_cid *bases, size_t base_count,
			     vv_error *err);

#endif
