/*
 * coder: compressing blocks for their records, and getting them back, checked.
 *
 * A coder holds the compressor's contexts and its buffers; one thread uses one
 * at a time. Take one from the store's pool, use it, give it back.
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

/* The code that knows more of a block than its bytes: how it is another block and a list of edits, and which parts of
 * it are read separately. The store knows no tables; the folder above it that does (dataset/format/group_edit.h,
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
void vv_coder_pool_free(vv_coder_pool *pool); /* all coders were given back; accepts NULL */
VV_AUTO_FREE(vv_coder_pool, vv_coder_pool_free)
vv_coder *vv_coder_take(vv_coder_pool *pool, vv_error *err); /* NULL when out of memory */
void vv_coder_give(vv_coder_pool *pool, vv_coder *c);        /* accepts NULL */

/* How much time bytes are worth until the coder is given back: a tenth of a millisecond a block
 * (the default), two tenths, or what goes over a line once: a millisecond or two. */
typedef enum vv_effort { VV_EFFORT_QUICK, VV_EFFORT_THOROUGH, VV_EFFORT_UTMOST } vv_effort;
void vv_coder_effort(vv_coder *c, vv_effort effort);

/* May what vv_coder_diff makes be edits (vv_block_codec)? Until the coder is given back; at first: no. */
void vv_coder_allow_edits(vv_coder *c, bool allowed);
/* And what vv_coder_whole makes be in parts (parts.h)? Likewise. */
void vv_coder_allow_parts(vv_coder *c, bool allowed);

/* What will be the stored bytes of a record: borrowed from the coder until its
 * next call of the same kind, or from the raw bytes (VV_METHOD_STORED). */
typedef struct vv_packed {
	uint8_t method;
	const uint8_t *bytes;
	size_t len;
} vv_packed;

/* A block as a record or a line has it: base is what it is a difference against; null where method has none. */
typedef struct vv_block_form {
	vv_packed packed;
	vv_cid base;
} vv_block_form;

/* First byte of the stored bytes of edits: they are after it; or varint how long they are, and a zstd
 * frame of them without its magic number, made with the base as prefix. */
enum { VV_EDITS_PLAIN = 0, VV_EDITS_COMPRESSED = 1 };

/* The block for itself: compressed, perhaps in parts, or as it is where that is not smaller. */
vv_status vv_coder_whole(vv_coder *c, const void *raw, size_t len, vv_packed *out, vv_error *err);

/* The same, where a difference of so many bytes is at hand (0: none): what is more than twice as long
 * may come from the quicker level. */
vv_status vv_coder_whole_beside(vv_coder *c, const void *raw, size_t len, size_t diff,
				vv_packed *out, vv_error *err);

/* The block as a difference against base, or as edits of it where that is allowed and shorter: out->method
 * tells. out->len 0 when that takes max bytes or more. */
vv_status vv_coder_diff(vv_coder *c, const void *raw, size_t len, const void *base, size_t base_len,
			size_t max, vv_packed *out, vv_error *err);

/* The checksum that ends a record. */
vv_status vv_coder_checksum(vv_coder *c, uint64_t *out, const uint8_t *header, size_t header_len,
			    const void *raw, size_t raw_len, vv_error *err);

/* Room for len bytes, borrowed until the next call; NULL when out of memory.
 * For reading a record's stored bytes. */
uint8_t *vv_coder_room(vv_coder *c, size_t len);

/* From the stored bytes, after which the 8 bytes of the checksum stand, to the
 * r->raw_len raw ones. header: the r->header_len bytes before. base is NULL
 * unless r is a difference or edits. VV_ENOSUPPORT: nobody here can apply edits. VV_ECORRUPT with the mere reason as its message. */
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
