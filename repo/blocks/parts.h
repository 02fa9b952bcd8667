/*
 * parts: reads and writes the stored form of a block that can be read in parts.
 *
 *   varint  number of parts, 1 .. VV_PARTS_MAX
 *   for each part, in the order of the block:
 *     varint  bytes of the head between the previous part (or the block's start) and this part
 *     varint  length of the part, at least 1
 *     varint  stored length: equal to the length if the part is stored uncompressed, less if it is
 *             stored as a zstd frame without its magic number
 *     8       XXH3-64 of the part (le64)
 *   varint  stored length of the head, with the same meaning
 *   8       XXH3-64 of the head (le64); the seed is the XXH3-64 of all bytes before these 8
 *   the stored head
 *   the stored parts
 *
 * The head consists of all bytes outside of parts: a row group's directory and its short columns.
 * The codec chooses the parts (vv_block_codec in coder.h); the bytes of the block do not depend on
 * the choice.
 */
#ifndef VV_REPO_BLOCKS_PARTS_H
#define VV_REPO_BLOCKS_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cid.h"

#define VV_PARTS_MAX 16384u

/* One part of a block. */
typedef struct vv_part {
	uint32_t at, len;      /* position and length in the block */
	uint32_t from, stored; /* position and length in the stored bytes */
	uint64_t sum;          /* XXH3-64 of the part */
	bool there,            /* reading: the stored bytes are in memory */
		ready;         /* reading: the part is unpacked */
	bool text; /* writing: the part has long texts, for which short matches are worthwhile */
} vv_part;

/* The parts of a block, and its head. Initialise with {0}. */
typedef struct vv_parts {
	vv_part *items; /* the parts, in the order of the block */
	size_t count, cap;
	/* length of the description up to the head's checksum, which covers these bytes */
	size_t directory;
	uint32_t head_len;     /* total length of the head's pieces in the block */
	uint32_t from, stored; /* position and length of the stored head */
	uint64_t head_sum;     /* checksum of the head */
	/* writing: ascending positions in the block, inside parts, at which bytes of another kind
	 * begin */
	uint32_t *seams;
	size_t seam_count, seam_cap;
} vv_parts;
void vv_parts_clear(vv_parts *p);
VV_AUTO_CLEAR(vv_parts, vv_parts_clear)

/* Parses the description of a block's parts, which is at the beginning of the stored bytes, and
 * sets *out. The block has raw_len bytes. `stored` has only the first `have` of the stored_len
 * stored bytes. Reuses the memory of out. Does not verify checksums. VV_ECORRUPT: the description
 * is invalid or needs more than `have` bytes; the message has only the reason, without pack and
 * offset. */
vv_status vv_parts_read(vv_parts *out, const void *stored, size_t have, size_t stored_len,
			size_t raw_len, vv_error *err);

/* Appends the description of the parts p, which precedes the stored head, and sets p->directory and
 * p->head_sum. `at`, len, stored and sum of each item, and p->head_len and p->stored, must be set.
 * head is the unpacked head. */
vv_status vv_parts_write(vv_buf *out, vv_parts *p, const void *head, vv_error *err);

/* Returns the checksum of a head. The checksum also depends on the description before it, the bytes
 * `directory`. */
uint64_t vv_parts_head_sum(const void *directory, size_t directory_len, const void *head,
			   size_t head_len);

/* Copies the pieces of the head from the block raw, one after the other, to head, which has room
 * for p->head_len bytes. */
void vv_parts_gather(const vv_parts *p, uint8_t *head, const uint8_t *raw, size_t raw_len);
/* Copies the pieces of the head to their positions in the block raw. */
void vv_parts_scatter(const vv_parts *p, uint8_t *raw, size_t raw_len, const uint8_t *head);

/* A block whose parts are unpacked on demand (vv_parted_need). block has its full length from the
 * start, but the bytes of a part are undefined until the part is unpacked. A block that is a base
 * of differences, or that is not stored in parts, is unpacked completely. Initialise with {0}. A
 * value is for one thread at a time, and valid while its store is open. */
typedef struct vv_parted {
	vv_buf block; /* the block's bytes */
	/* the record's bytes; only the first bytes and the loaded parts are defined */
	vv_buf record;
	size_t stored_at, stored_len; /* position and number of the stored bytes in record */
	vv_parts parts;               /* the block's parts; count 0: the block is not in parts */
	size_t left;                  /* number of parts that are not unpacked yet */
	struct vv_store *store;
	vv_cid cid;
	/* the pack with the record, a reference; NULL: all stored bytes are loaded */
	struct vv_pack *pack;
	uint64_t at;  /* offset of the stored bytes in pack */
	size_t have,  /* number of first stored bytes that are loaded */
		step; /* number of bytes to load at once if more are needed */
	/* number of bytes to load at once from the next block's record, estimated from earlier
	 * blocks */
	size_t reach;
} vv_parted;

/* Returns the stored bytes, borrowed from p. */
static inline uint8_t *vv_parted_stored(const vv_parted *p)
{
	return (uint8_t *)p->record.data + p->stored_at;
}

#endif
