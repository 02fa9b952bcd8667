/*
 * compress: compresses bytes for a channel, using bytes that the other side also has.
 *
 * The results are zstd frames without the four magic bytes. The compressor may copy from `prefix`
 * (zstd's prefix dictionary). Source: RFC 8878; docs/formats/protocol.md, "Compressed bytes".
 */
#ifndef VV_TRANSPORT_PROTOCOL_COMPRESS_H
#define VV_TRANSPORT_PROTOCOL_COMPRESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/coder.h"

/* Compressed bytes. method: VV_METHOD_STORED, VV_METHOD_ZSTD (without the prefix) or VV_METHOD_DIFF
 * (with the prefix); if the coder allows edits, VV_METHOD_EDIT (with the prefix) or VV_METHOD_PARTS
 * (without). */
typedef struct vv_compressed {
	uint8_t method;
	const uint8_t *bytes; /* borrowed from the coder, or the raw bytes themselves */
	size_t len;
} vv_compressed;

/* Compresses by the method with the smallest result. prefix_len 0: no prefix. */
vv_status vv_compress(vv_compressed *out, vv_coder *c, const void *raw, size_t len,
		      const void *prefix, size_t prefix_len, vv_error *err);

/* Decompresses: replaces the content of raw by exactly raw_len bytes. room: working memory.
 * VV_ECORRUPT: the bytes are invalid. */
vv_status vv_uncompress(vv_buf *raw, size_t raw_len, vv_coder *c, const vv_compressed *s,
			const void *prefix, size_t prefix_len, vv_buf *room, vv_error *err);

/* Returns stored bytes in the form for a channel, without the magic number. Borrowed as long as p's
 * bytes. */
vv_compressed vv_stripped(const vv_packed *p);
/* Returns the compressed bytes of the last vv_uncompress with this room in the form for packs, with
 * the magic number. Borrowed from s and room. */
vv_packed vv_unstripped(const vv_compressed *s, const vv_buf *room);

#endif
