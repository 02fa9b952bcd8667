/*
 * parts: the stored bytes of a block that can be read in parts.
 *
 *   varint  number of parts, 1 .. VV_PARTS_MAX
 *   of each part, in the order of the block:
 *     varint  bytes of the head between the part before (or the block's start) and this one
 *     varint  length of the part, at least 1
 *     varint  stored length; equal: uncompressed; less: a zstd frame without its magic number
 *     8       XXH3-64 of the part (le64)
 *   varint  stored length of the head, likewise
 *   8       XXH3-64 of the head, its seed the XXH3-64 of all before these 8 bytes (le64)
 *   the stored head, and then the stored parts
 *
 * The head is all bytes outside of parts: a row group's directory and its short columns. The writer
 * chooses the parts (coder.h); the block itself does not depend on them.
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

typedef struct vv_part {
	uint32_t at, len;      /* position and length in the block */
	uint32_t from, stored; /* position and length in the stored bytes */
	uint64_t sum;          /* XXH3-64 of the part */
	bool there, ready;     /* reading: the stored bytes are in memory; the part is unpacked */
	bool text; /* writing: the part has longer texts, in which short matches are worthwhile */
} vv_part;

typedef struct vv_parts {
	vv_part *items;
	size_t count, cap;
	size_t directory;      /* bytes that the head's sum covers */
	uint32_t head_len;     /* total length of the head's pieces in the block */
	uint32_t from, stored; /* position and length of the stored head */
	uint64_t head_sum;
	/* writing: positions in the block, ascending, at which bytes of another kind begin */
	uint32_t *seams;
	size_t seam_count, seam_cap;
} vv_parts;
void vv_parts_clear(vv_parts *p);
VV_AUTO_CLEAR(vv_parts, vv_parts_clear)

/* Reads the description of the parts of a block of raw_len bytes from the first `have` stored bytes; reuses the memory of out.
 * VV_ECORRUPT, with only the reason as message, also if more bytes are needed; checksums are not verified. */
vv_status vv_parts_read(vv_parts *out, const void *stored, size_t have, size_t stored_len,
			size_t raw_len, vv_error *err);

/* Appends the description of the parts, which precedes the stored head. at, len, stored and sum of the items must be set.
 * head: the unpacked head. */
vv_status vv_parts_write(vv_buf *out, vv_parts *p, const void *head, vv_error *err);

/* Computes the sum of a head that follows this directory. */
uint64_t vv_parts_head_sum(const void *directory, size_t directory_len, const void *head,
			   size_t head_len);

/* Copy the pieces of the head from the block (gather), or to the block (scatter). */
void vv_parts_gather(const vv_parts *p, uint8_t *head, const uint8_t *raw, size_t raw_len);
void vv_parts_scatter(const vv_parts *p, uint8_t *raw, size_t raw_len, const uint8_t *head);

/* A block whose parts are unpacked on demand. block has its full length from the start, but these parts are undefined until
 * then; a block that is a base, or is stored otherwise, is loaded whole. Zero it before use; for one thread at a time; valid
 * while the store is open. */
typedef struct vv_parted {
	vv_buf block;
	vv_buf record;                /* has the first bytes, and those of loaded parts */
	size_t stored_at, stored_len; /* in the record */
	vv_parts parts;
	size_t left; /* number of parts that are not unpacked yet */
	struct vv_store *store;
	vv_cid cid;
	struct vv_pack *pack; /* what else is stored, a reference; NULL: nothing */
	uint64_t at;          /* where the stored bytes begin in it */
	size_t have, step;    /* of the first ones; the next to be read at once */
	size_t reach; /* bytes to read at once of the next record, from what earlier blocks needed */
} vv_parted;

/* Returns the stored bytes, borrowed from p. */
static inline uint8_t *vv_parted_stored(const vv_parted *p)
{
	return (uint8_t *)p->record.data + p->stored_at;
}

#endif
