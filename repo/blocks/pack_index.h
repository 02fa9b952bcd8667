/*
 * pack_index: from a digest's first 8 bytes to the places in a pack.
 *
 *   8       "VVINDX" 01 0A
 *   16      its pack's trailer hash
 *   le64    count
 *   le32    width of an offset, 4 or 8; + 0x100 when there is a fan-out
 *   [257 le32  fan-out, when count >= 4096: entries whose first byte is below i]
 *   count x 8      digest prefixes, big-endian, ascending
 *   count x width  offsets of the records, little-endian, in the same order
 *   8       XXH3-64 of all before
 *
 * Derived from the pack: damage costs a rebuild, never data. A find's answers
 * are only candidates; the record there shows whether it is the one.
 */
#ifndef VV_REPO_BLOCKS_PACK_INDEX_H
#define VV_REPO_BLOCKS_PACK_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

#define VV_PACK_HASH_LEN 16u

typedef struct vv_pack_index vv_pack_index;

typedef struct vv_index_entry {
	uint64_t prefix; /* vv_cid_prefix */
	uint64_t offset; /* where the record starts */
} vv_index_entry;

/* Sorts entries and appends the index file's bytes to out. */
vv_status vv_pack_index_encode(vv_buf *out, const uint8_t hash[VV_PACK_HASH_LEN],
			       vv_index_entry *entries, size_t count, vv_error *err);

/* Bytes of the index of a pack of pack_len bytes with count records. */
uint64_t vv_pack_index_len(uint64_t count, uint64_t pack_len);

/* Opens the file at path, which must be the index of the pack with this hash. With whole, all of it
 * is read and checked; else a large one is only looked into where needed. VV_ENOTFOUND, VV_ECORRUPT
 * (damaged, of another pack or another format generation). */
vv_status vv_pack_index_open(vv_pack_index **out, const char *path,
			     const uint8_t hash[VV_PACK_HASH_LEN], bool whole, vv_error *err);

/* The same from bytes at hand (an index just made); whole. */
vv_status vv_pack_index_from(vv_pack_index **out, vv_buf *take_bytes,
			     const uint8_t hash[VV_PACK_HASH_LEN], vv_error *err);
void vv_pack_index_close(vv_pack_index *x); /* accepts NULL */
VV_AUTO_FREE(vv_pack_index, vv_pack_index_close)

uint64_t vv_pack_index_count(const vv_pack_index *x);
bool vv_pack_index_is_whole(const vv_pack_index *x); /* read and checked entirely */

/* A whole index as the file's bytes; borrowed. */
const void *vv_pack_index_bytes(const vv_pack_index *x, size_t *len);

/* The place of the first entry with this prefix and how many follow that have
 * it too (*count 0: none). Thread-safe. */
vv_status vv_pack_index_find(const vv_pack_index *x, uint64_t prefix, uint64_t *first,
			     uint64_t *count, vv_error *err);

/* The prefix at a place below the count; the index must be whole. Thread-safe. */
uint64_t vv_pack_index_prefix(const vv_pack_index *x, uint64_t place);

/* The offset at a place below the count. Thread-safe. */
vv_status vv_pack_index_offset(const vv_pack_index *x, uint64_t place, uint64_t *out,
			       vv_error *err);

#endif
