/*
 * chunk: bytes cut by content (FastCDC), for files and for data too long for a row group. Source:
 * Xia et al., FastCDC, USENIX ATC 2016; normalised chunking. min 16 KB, normal 64 KB, max 256 KB;
 * gear table from XXH3 of the byte's value.
 */
#ifndef VV_DATASET_FORMAT_CHUNK_H
#define VV_DATASET_FORMAT_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/format/list.h"

#define VV_CHUNK_MIN (16u << 10)
#define VV_CHUNK_NORMAL (64u << 10)
#define VV_CHUNK_MAX (256u << 10)

/* Length of the first chunk of bytes[0 .. len); 0 when more bytes are needed (len < VV_CHUNK_MAX
 * and not at_end). */
size_t vv_chunk_cut(const uint8_t *bytes, size_t len, bool at_end);

/* Stores bytes as a chunk list. Used for long cells and long quirks. */
vv_status vv_chunks_write(vv_list *out, const vv_sink *sink, const void *bytes, size_t len,
			  vv_error *err);

/* Appends all bytes of a chunk list. Refuses more than max. */
vv_status vv_chunks_read(vv_buf *out, const vv_sink *source, const void *top, size_t top_len,
			 uint64_t max, vv_error *err);

/* The same chunk after chunk. */
typedef struct vv_chunk_reader vv_chunk_reader;
vv_status vv_chunk_reader_open(vv_chunk_reader **out, const vv_sink *source, const void *top,
			       size_t top_len, vv_error *err);
void vv_chunk_reader_close(vv_chunk_reader *r); /* accepts NULL */
VV_AUTO_FREE(vv_chunk_reader, vv_chunk_reader_close)
/* By the lists: how long the chunks are together. */
uint64_t vv_chunk_reader_total(const vv_chunk_reader *r);
/* The next chunk is the one that has this byte. */
vv_status vv_chunk_reader_seek(vv_chunk_reader *r, uint64_t at, vv_error *err);
/* A chunk's bytes (borrowed until the next call), and their offset. 1, 0 at the end, <0. */
int vv_chunk_reader_next(vv_chunk_reader *r, const char **bytes, size_t *len, uint64_t *at,
			 vv_error *err);

/* One chunk leaf: "vvc" 01 and the bytes. */
void vv_chunk_encode(vv_buf *out, const void *bytes, size_t len);
vv_status vv_chunk_decode(const uint8_t **out, size_t *len, const void *block, size_t block_len,
			  vv_error *err);

#endif
