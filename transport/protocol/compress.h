/*
 * compress: compresses bytes for a channel, using bytes that the other side also has.
 *
 * Compressed bytes are zstd frames without the four magic bytes. A frame may refer to bytes of a
 * prefix (zstd's prefix dictionary), which both sides have. Source: RFC 8878;
 * docs/formats/protocol.md, "Compressed bytes".
 */
#ifndef VV_TRANSPORT_PROTOCOL_COMPRESS_H
#define VV_TRANSPORT_PROTOCOL_COMPRESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/coder.h"

/* The functions take and give compressed bytes as a vv_packed, whose method is VV_METHOD_STORED, VV_METHOD_ZSTD (without the prefix) or
 * VV_METHOD_DIFF (with the prefix). If the coder allows edits or parts, it may also be
 * VV_METHOD_EDIT (with the prefix) or VV_METHOD_PARTS (without the prefix). */

/* Compresses len bytes, and sets *out, whose bytes are valid until the next use of c. Compresses
 * with the prefix, and without it, and takes the shorter result; takes the raw bytes if neither
 * result is shorter. If the result with the prefix is very short, does not try the compression
 * without it. If prefix_len is 0, no prefix is used. */
vv_status vv_compress(vv_packed *out, vv_coder *c, const void *raw, size_t len, const void *prefix,
		      size_t prefix_len, vv_error *err);

/* Decompresses s, and replaces the content of raw with the result. room is working memory, whose
 * content is replaced. VV_ECORRUPT: the bytes are invalid, or the result does not have exactly
 * raw_len bytes. */
vv_status vv_uncompress(vv_buf *raw, size_t raw_len, vv_coder *c, const vv_packed *s,
			const void *prefix, size_t prefix_len, vv_buf *room, vv_error *err);

/* Returns p in the form for a channel, which has no magic number. The result borrows p's bytes. */
vv_packed vv_stripped(const vv_packed *p);
/* Returns s in the form for packs, which has the magic number. The last call of vv_uncompress with
 * this room must have been for s. The result is borrowed from s and room. */
vv_packed vv_unstripped(const vv_packed *s, const vv_buf *room);

#endif
