/*
 * compress: compresses bytes for a line, with the help of bytes that the other side has too.
 *
 * zstd frames without their four magic bytes. The compressor may copy from `prefix`, zstd's "prefix"
 * dictionary. Source: RFC 8878; docs/formats/protocol.md, "Compressed bytes".
 */
#ifndef VV_TRANSPORT_PROTOCOL_COMPRESS_H
#define VV_TRANSPORT_PROTOCOL_COMPRESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/coder.h"

/* method: VV_METHOD_STORED, VV_METHOD_ZSTD (alone) or VV_METHOD_DIFF (with the prefix); if the coder may,
 * VV_METHOD_EDIT (likewise) or VV_METHOD_PARTS (alone). */
typedef struct vv_compressed {
	uint8_t method;
	const uint8_t *bytes; /* borrowed from the coder, or the raw bytes themselves */
	size_t len;
} vv_compressed;

/* Compresses by the method with the smallest result. prefix_len 0: no prefix. */
vv_status vv_compress(vv_compressed *out, vv_coder *c, const void *raw, size_t len,
		      const void *prefix, size_t prefix_len, vv_error *err);

/* The inverse: raw gets exactly raw_len bytes in place of its content. room is for the
 * call's own use. VV_ECORRUPT. */
vv_status vv_uncompress(vv_buf *raw, size_t raw_len, vv_coder *c, const vv_compressed *s,
			const void *prefix, size_t prefix_len, vv_buf *room, vv_error *err);

/* Stored bytes as they go over a line, without the magic number. Borrowed as p's are. */
vv_compressed vv_stripped(const vv_packed *p);
/* The compressed bytes of the last vv_uncompress with this room, in the form for packs: with the magic
 * number. Borrowed from both. */
vv_packed vv_unstripped(const vv_compressed *s, const vv_buf *room);

#endif
