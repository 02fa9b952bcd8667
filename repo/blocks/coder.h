/*
 * coder: compresses blocks for their records, and unpacks and checks them.
 *
 * A coder owns the compressor's contexts and its buffers; one thread uses one at a time. Take one
 * from the store's pool, use it, return it.
 */
#ifndef VV_REPO_BLOCKS_CODER_H
#define VV_REPO_BLOCKS_CODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/parts.h"
#include "repo/blocks/record.h"

/* The code for blocks' content: expresses a block as another block and a list of edits, and determines the parts that
 * are read separately. The store is independent of tables; the folder above it (dataset/format/group_edit.h,
 * dataset/format/group.h) registers itself once, before any store is opened. Without it nothing is stored or sent as
 * edits or in parts; records of edits cannot be read (VV_ENOSUPPORT), records in parts can. */
typedef struct vv_block_codec {
	/* Replaces out's content by the edits that make raw of base; out->len 0: there are none. */
	vv_status (*make)(vv_buf *out, const void *raw, size_t len, const void *base,
			  size_t base_len, vv_error *err);
	/* raw gets exactly len bytes. VV_ECORRUPT for anything else than edits of base. */
	vv_status (*apply)(void *raw, size_t len, const void *base, size_t base_len,
			   const void *edits, size_t edits_len, vv_error *err);
	/* Sets count, and at, len and text of each item, of which none is empty, ascending, and the seams in them; count 0:
	 * the block is read as a whole. NULL: each is. */
	vv_status (*divide)(vv_parts *out, const void *raw, size_t len, vv_error *err);
} vv_block_codec;

/* From any thread; codec stays valid for ever. NULL: there is none, as at first. */
void vv_block_codec_register(const vv_block_codec *codec);

typedef struct vv_coder vv_coder;
typedef struct vv_coder_pool vv_coder_pool;

vv_coder_pool *vv_coder_pool_new(void);       /* NULL when out of memory */
void vv_coder_pool_free(vv_coder_pool *pool); /* after all coders were given back; accepts NULL */
VV_AUTO_FREE(vv_coder_pool, vv_coder_pool_free)
vv_coder *vv_coder_take(vv_coder_pool *pool, vv_error *err); /* NULL when out of memory */
void vv_coder_give(vv_coder_pool *pool, vv_coder *c);        /* accepts NULL */

/* How much time to spend for smaller blocks until the coder is returned: 0.1 ms a block (the
 * default), 0.2 ms, or, for data sent once over a line, 1 to 2 ms. */
typedef enum vv_effort { VV_EFFORT_QUICK, VV_EFFORT_THOROUGH, VV_EFFORT_UTMOST } vv_effort;
void vv_coder_effort(vv_coder *c, vv_effort effort);

/* Allows vv_coder_diff to make edits (vv_block_codec), until the coder is given back. Not allowed at first. */
void vv_coder_allow_edits(vv_coder *c, bool allowed);
/* Allows vv_coder_whole to divide a block into parts (parts.h), until the coder is given back. Not allowed at first. */
void vv_coder_allow_parts(vv_coder *c, bool allowed);

/* The stored bytes of a record to be: borrowed from the coder until its next call of the same kind,
 * or from the raw bytes (VV_METHOD_STORED). */
typedef struct vv_packed {
	uint8_t method;
	const uint8_t *bytes;
	size_t len;
} vv_packed;

/* A block's form in a record or on a line: base is the base of the difference; null if method has none. */
typedef struct vv_block_form {
	vv_packed packed;
	vv_cid base;
} vv_block_form;

/* First byte of the stored bytes of edits: they are after it; or varint how long they are, and a zstd
 * frame of them without its magic number, made with the base as prefix. */
enum { VV_EDITS_PLAIN = 0, VV_EDITS_COMPRESSED = 1 };

/* Packs the block alone: compressed, perhaps in parts, or raw if that is not larger. */
vv_status vv_coder_whole(vv_coder *c, const void *raw, size_t len, vv_packed *out, vv_error *err);

/* The same, when a difference of `diff` bytes exists (0: none): a result over twice as long may come
 * from the quicker level. */
vv_status vv_coder_whole_beside(vv_coder *c, const void *raw, size_t len, size_t diff,
				vv_packed *out, vv_error *err);

/* The block as a difference against base, or as edits of it if that is allowed and shorter: see
 * out->method. out->len 0: max bytes or more would be needed. */
vv_status vv_coder_diff(vv_coder *c, const void *raw, size_t len, const void *base, size_t base_len,
			size_t max, vv_packed *out, vv_error *err);

/* The checksum that ends a record. */
vv_status vv_coder_checksum(vv_coder *c, uint64_t *out, const uint8_t *header, size_t header_len,
			    const void *raw, size_t raw_len, vv_error *err);

/* Room for len bytes, borrowed until the next call; NULL when out of memory.
 * For reading a record's stored bytes. */
uint8_t *vv_coder_room(vv_coder *c, size_t len);

/* Unpacks the stored bytes, which the checksum's 8 bytes follow, to r->raw_len raw ones. header: the r->header_len bytes
 * before. base is NULL unless r is a difference or edits. VV_ENOSUPPORT: no codec for edits is registered. VV_ECORRUPT: the
 * message is only the reason. */
vv_status vv_coder_unpack(vv_coder *c, const vv_record *r, const uint8_t *header,
			  const uint8_t *stored, const void *base, size_t base_len, void *raw,
			  vv_error *err);

/* From the stored bytes of parts: the head into its places of raw, whose other bytes are not touched. VV_ECORRUPT. */
vv_status vv_coder_head(vv_coder *c, const vv_parts *p, const uint8_t *stored, uint8_t *raw,
			size_t raw_len, vv_error *err);
/* And one part into its place. VV_ECORRUPT. */
vv_status vv_coder_part(vv_coder *c, const vv_part *part, const uint8_t *stored, uint8_t *raw,
			vv_error *err);

/* The same without a record around it, for blocks on a line: stored bytes to exactly raw_len
 * raw ones. method DIFF or EDIT: against base; else base is not looked at. VV_ECORRUPT. */
vv_status vv_coder_expand(vv_coder *c, uint8_t method, const void *stored, size_t stored_len,
			  const void *base, size_t base_len, void *raw, size_t raw_len,
			  vv_error *err);

#endif
