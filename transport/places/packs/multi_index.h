/*
 * multi_index: reads and writes the index of several packs in a store. With the index, the pack of
 * a block is found without reading the packs' lists.
 *
 *   8            "VVMANY" 01 0A
 *   le32         count of packs, 1 .. VV_MULTI_PACKS
 *   le32         count of entries, 1 .. VV_MULTI_ENTRIES
 *   packs x 16   hashes of the packs, ascending, each once
 *   fans x le32  item f: the number of entries in the fans 0 to f. The fan of an entry is the number that the first
 *                log2(fans) bits of its digest form. The number of fans is the count of entries / 256, rounded
 *                down to a power of two, at least 1
 *   entries x 12 the first 8 bytes of a digest, le32 index of the pack among the hashes; ascending
 *
 * A reader reads the head (everything before the entries) once, and for each block the entries of
 * its fan. The name of an index is the XXH3-128 of its bytes; a reader of only a part cannot check
 * it. Therefore an index is only a hint: only a list shows that a block exists, and only all lists
 * together show that it does not. Format: docs/formats/pack-lists.md.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_MULTI_INDEX_H
#define VV_TRANSPORT_PLACES_PACKS_MULTI_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/pack_index.h"

#define VV_MULTI_PACKS 65536u
#define VV_MULTI_ENTRIES (1u << 20)
#define VV_MULTI_BEGIN 16u /* number of first bytes that determine the length of the head */
#define VV_MULTI_FOUND 4u  /* maximum number of packs in the result of a look-up */
/* Maximum bytes of the entries of one fan. Hashes are distributed evenly, so varve never writes a
 * larger fan. */
#define VV_MULTI_FAN_BYTES ((size_t)64 << 10)

/* A parsed head, which borrows its bytes. packs: the hashes of pack_count packs; fans: the table of
 * fans; count: the number of entries; head_len: bytes of the head. */
typedef struct vv_multi_index {
	size_t pack_count, count, head_len;
	unsigned bits; /* log2 of the number of fans */
	const uint8_t *packs, *fans;
} vv_multi_index;

/* Sets out->head_len to the length of the head, from the first bytes of an index; len is at least
 * VV_MULTI_BEGIN. VV_ECORRUPT: the bytes are not an index. */
vv_status vv_multi_index_begin(vv_multi_index *out, const void *bytes, size_t len, vv_error *err);
/* Parses the head into *out, which borrows bytes. VV_ECORRUPT: the head is invalid, or bytes do not
 * have the whole head. */
vv_status vv_multi_index_read(vv_multi_index *out, const void *bytes, size_t len, vv_error *err);
/* Sets *from and *len to the range of the file that has the entries of the fan of the block cid. If
 * *len is 0, the fan has no entries. VV_ECORRUPT: the range has more than VV_MULTI_FAN_BYTES. */
vv_status vv_multi_index_range(const vv_multi_index *m, const vv_cid *cid, uint64_t *from,
			       size_t *len, vv_error *err);
/* Sets packs to the indexes of the packs that may have the block cid, and returns their number.
 * entries: the len bytes of the range of vv_multi_index_range. Returns at most VV_MULTI_FOUND
 * packs. */
size_t vv_multi_index_find(const vv_multi_index *m, const void *entries, size_t len,
			   const vv_cid *cid, size_t packs[VV_MULTI_FOUND]);
/* Returns the hash of pack i, borrowed from m. */
const uint8_t *vv_multi_index_pack(const vv_multi_index *m, size_t i);

/* An entry: a block, and the pack that has it. */
typedef struct vv_multi_entry {
	uint64_t prefix; /* vv_cid_prefix */
	uint32_t pack;   /* index of the pack among the hashes, which are ascending */
} vv_multi_entry;
/* Appends the index of the pack_count packs with these hashes, which are ascending, to out. Sorts
 * the count entries. */
vv_status vv_multi_index_write(vv_buf *out, const uint8_t (*packs)[VV_PACK_HASH_LEN],
			       size_t pack_count, vv_multi_entry *entries, size_t count,
			       vv_error *err);

#endif
