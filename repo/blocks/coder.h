/*
 * coder: compresses blocks into the stored bytes of records, and unpacks and checks records.
 *
 * A coder owns the compressor's contexts and buffers, and is used by one thread at a time. A
 * correct caller: vv_coder_take from the store's pool; use the coder; vv_coder_give.
 */
#ifndef VV_REPO_BLOCKS_CODER_H
#define VV_REPO_BLOCKS_CODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cid.h"

typedef struct vv_record vv_record; /* record.h */
typedef struct vv_part vv_part;     /* parts.h */
typedef struct vv_parts vv_parts;

/* Functions for the content of blocks. They express a block as another block (the base) and a list
 * of edits, and divide a block into parts that are read separately. Code in repo does not depend on
 * the format of tables; dataset (format/group_edit.h, format/group.h) registers its codec once,
 * before any store is opened. Without a codec, nothing is stored or sent as edits or in parts;
 * records with edits cannot be read (VV_ENOSUPPORT), but records in parts can. */
typedef struct vv_block_codec {
	/* Replaces the content of out with edits that change base to raw. Sets out->len to 0 if raw
	 * cannot be expressed as edits. */
	vv_status (*make)(vv_buf *out, const void *raw, size_t len, const void *base,
			  size_t base_len, vv_error *err);
	/* Applies edits to base, and writes exactly len bytes to raw. VV_ECORRUPT: the edits do not
	 * fit base or len. */
	vv_status (*apply)(void *raw, size_t len, const void *base, size_t base_len,
			   const void *edits, size_t edits_len, vv_error *err);
	/* Divides a block into parts: sets out->count, for each item `at`, len and text, and the
	 * seams within the items. Items are in ascending order and not empty. Sets out->count to 0
	 * if the block is read as a whole. divide may be NULL: all blocks are read as a whole. */
	vv_status (*divide)(vv_parts *out, const void *raw, size_t len, vv_error *err);
} vv_block_codec;

/* Registers the codec, which must stay valid until the process ends. codec NULL, the initial state:
 * no codec is registered. Thread-safe. */
void vv_block_codec_register(const vv_block_codec *codec);

typedef struct vv_coder vv_coder;
typedef struct vv_coder_pool vv_coder_pool;

/* Makes a coder that belongs to no pool. The caller frees it with vv_coder_free. NULL: out of
 * memory. */
vv_coder *vv_coder_new(vv_error *err);
void vv_coder_free(vv_coder *c);
VV_AUTO_FREE(vv_coder, vv_coder_free)

vv_coder_pool *vv_coder_pool_new(void);       /* NULL when out of memory */
void vv_coder_pool_free(vv_coder_pool *pool); /* after all coders were given back; accepts NULL */
VV_AUTO_FREE(vv_coder_pool, vv_coder_pool_free)
/* Borrows a coder from the pool until vv_coder_give, with the default settings; makes a new one if
 * all are in use. */
vv_coder *vv_coder_take(vv_coder_pool *pool, vv_error *err); /* NULL when out of memory */
void vv_coder_give(vv_coder_pool *pool, vv_coder *c);        /* accepts NULL */

/* The effort of compression. */
typedef enum vv_effort { VV_EFFORT_QUICK, VV_EFFORT_THOROUGH, VV_EFFORT_UTMOST } vv_effort;

/* Sets the effort of compression until vv_coder_give. A greater effort makes smaller results and
 * needs more time per block: VV_EFFORT_QUICK (the default) about 0.1 ms, VV_EFFORT_THOROUGH 0.2 ms,
 * and VV_EFFORT_UTMOST, for data that is sent once over a network, 1 to 2 ms. */
void vv_coder_effort(vv_coder *c, vv_effort effort);

/* Allows vv_coder_diff to make edits (vv_block_codec), until vv_coder_give. Initially not allowed. */
void vv_coder_allow_edits(vv_coder *c, bool allowed);
/* Allows vv_coder_whole to divide a block into parts (parts.h), until vv_coder_give. Initially not allowed. */
void vv_coder_allow_parts(vv_coder *c, bool allowed);

/* The bytes to store in a new record. They are borrowed from the coder until its next call of the same kind, or, with
 * VV_METHOD_STORED, from the raw bytes. */
typedef struct vv_packed {
	uint8_t method; /* VV_METHOD_... (record.h) */
	const uint8_t *bytes;
	size_t len;
} vv_packed;

/* The form of a block in a record or in a transfer. */
typedef struct vv_block_form {
	vv_packed packed;
	vv_cid base; /* the base of a difference or of edits; a null CID for other methods */
} vv_block_form;

/* The first byte of the stored bytes if the method is VV_METHOD_EDIT. VV_EDITS_PLAIN: the edits
 * follow. VV_EDITS_COMPRESSED: the length of the edits follows as a varint, and then the edits as a
 * zstd frame, without its magic number and with the base as prefix. */
enum { VV_EDITS_PLAIN = 0, VV_EDITS_COMPRESSED = 1 };

/* Packs a block of len bytes without a base, and sets *out: compressed, possibly in parts, or
 * unchanged if compression does not make the block smaller. */
vv_status vv_coder_whole(vv_coder *c, const void *raw, size_t len, vv_packed *out, vv_error *err);

/* Like vv_coder_whole, for a block that may also be packed as a difference. diff: bytes of this
 * difference; 0: no difference was made. A result that is more than twice as long as the difference
 * will hardly be used, so it may be compressed less, but faster. */
vv_status vv_coder_whole_beside(vv_coder *c, const void *raw, size_t len, size_t diff,
				vv_packed *out, vv_error *err);

/* Packs a block of len bytes as a difference from base, or as edits of base, if edits are allowed,
 * and are shorter or very short, and sets *out. Sets out->len to 0 if the result would have max bytes or more, or
 * would not be shorter than the block. */
vv_status vv_coder_diff(vv_coder *c, const void *raw, size_t len, const void *base, size_t base_len,
			size_t max, vv_packed *out, vv_error *err);

/* Sets *out to the checksum at the end of a record with this header and these raw bytes. */
vv_status vv_coder_checksum(vv_coder *c, uint64_t *out, const uint8_t *header, size_t header_len,
			    const void *raw, size_t raw_len, vv_error *err);

/* Returns a buffer of len bytes for reading a record's stored bytes, borrowed until the next call. NULL: out
 * of memory. */
uint8_t *vv_coder_room(vv_coder *c, size_t len);

/* Unpacks the record r to raw, which has room for r->raw_len bytes, and checks the checksum.
 * stored: the stored bytes, and the 8 bytes of the checksum after them; header: the r->header_len
 * bytes of the header. base is NULL unless r is a difference or edits. VV_ENOSUPPORT: the record
 * has edits, and no codec is registered. VV_ECORRUPT: the record is damaged; the message has only
 * the reason, without pack and offset. */
vv_status vv_coder_unpack(vv_coder *c, const vv_record *r, const uint8_t *header,
			  const uint8_t *stored, const void *base, size_t base_len, void *raw,
			  vv_error *err);

/* Unpacks the head of a block in parts (parts.h) from the stored bytes, and writes its pieces to
 * their positions in raw; other bytes of raw are unchanged. VV_ECORRUPT: the head is damaged. */
vv_status vv_coder_head(vv_coder *c, const vv_parts *p, const uint8_t *stored, uint8_t *raw,
			size_t raw_len, vv_error *err);
/* Unpacks one part from the block's stored bytes to its position in raw. VV_ECORRUPT: the part is
 * damaged. */
vv_status vv_coder_part(vv_coder *c, const vv_part *part, const uint8_t *stored, uint8_t *raw,
			vv_error *err);

/* Unpacks a block that was transferred without a record, and writes exactly raw_len bytes to raw.
 * base is used only if method is VV_METHOD_DIFF or VV_METHOD_EDIT. VV_ECORRUPT: the stored bytes
 * are damaged. VV_ENOSUPPORT: method is VV_METHOD_EDIT, and no codec is registered. */
vv_status vv_coder_expand(vv_coder *c, uint8_t method, const void *stored, size_t stored_len,
			  const void *base, size_t base_len, void *raw, size_t raw_len,
			  vv_error *err);

#endif
