/*
 * pack_index: the index of a pack, which maps the first 8 bytes of a digest to offsets of records.
 *
 *   8       "VVINDX" 01 0A
 *   16      hash in the pack's trailer
 *   le64    count
 *   le32    width of an offset, 4 or 8; + 0x100 if the index has a fan-out
 *   [257 le32  fan-out, if count >= 4096: number i counts the prefixes whose first byte is below i]
 *   count x 8      prefixes of digests, big-endian, ascending
 *   count x width  offsets of the records, little-endian, in the same order
 *   8       XXH3-64 of all bytes before
 *
 * A damaged index can be rebuilt from the pack. The entries found by vv_pack_index_find are only
 * candidates: the caller compares the whole digest with the digest in the record.
 */
#ifndef VV_REPO_BLOCKS_PACK_INDEX_H
#define VV_REPO_BLOCKS_PACK_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

#define VV_PACK_HASH_LEN 16u /* bytes of a pack's hash */

typedef struct vv_pack_index vv_pack_index;

/* An entry of an index: a record of the pack. */
typedef struct vv_pack_index_entry {
	uint64_t prefix; /* vv_cid_prefix of the block */
	uint64_t offset; /* where the record starts */
} vv_pack_index_entry;

/* Sorts the count entries by prefix, and appends the bytes of an index file to out. hash is the
 * hash in the pack's trailer. */
vv_status vv_pack_index_encode(vv_buf *out, const uint8_t hash[VV_PACK_HASH_LEN],
			       vv_pack_index_entry *entries, size_t count, vv_error *err);

/* Returns the maximum length of the index of a pack that has pack_len bytes and count records. */
uint64_t vv_pack_index_len(uint64_t count, uint64_t pack_len);

/* Opens the index file path of the pack with this hash. whole: read and check the whole file;
 * otherwise, only the needed parts of a large file are read. VV_ENOTFOUND: no such file.
 * VV_ECORRUPT: the file is damaged, belongs to another pack, or has another format. */
vv_status vv_pack_index_open(vv_pack_index **out, const char *path,
			     const uint8_t hash[VV_PACK_HASH_LEN], bool whole, vv_error *err);

/* Opens an index from the bytes of its file, which the index then owns, and checks all bytes.
 * take_bytes is empty afterwards. */
vv_status vv_pack_index_from(vv_pack_index **out, vv_buf *take_bytes,
			     const uint8_t hash[VV_PACK_HASH_LEN], vv_error *err);
void vv_pack_index_close(vv_pack_index *x); /* accepts NULL */
VV_AUTO_FREE(vv_pack_index, vv_pack_index_close)

uint64_t vv_pack_index_count(const vv_pack_index *x); /* number of entries */
/* Returns true if the index was read and checked completely. */
bool vv_pack_index_is_whole(const vv_pack_index *x);

/* Returns the bytes of the file, borrowed from x, and sets *len to their number. The index must be
 * whole. */
const void *vv_pack_index_bytes(const vv_pack_index *x, size_t *len);

/* Finds the entries with this prefix. Sets *first to the place (the number in ascending order) of
 * the first such entry, and *count to the number of such entries. Thread-safe. */
vv_status vv_pack_index_find(const vv_pack_index *x, uint64_t prefix, uint64_t *first,
			     uint64_t *count, vv_error *err);

/* Returns the prefix of the entry at place, which must be below the count. The index must be whole.
 * Thread-safe. */
uint64_t vv_pack_index_prefix(const vv_pack_index *x, uint64_t place);

/* Sets *out to the offset of the entry at place, which must be below the count. Thread-safe. */
vv_status vv_pack_index_offset(const vv_pack_index *x, uint64_t place, uint64_t *out,
			       vv_error *err);

#endif
