/*
 * chunk: cuts a long sequence of bytes into chunks by content (FastCDC), and stores the chunks as a
 * list. Used for files that are not tables, for long cells and for long quirks (quirks.h).
 *
 * A chunk has 16 to 256 KiB, normally 64 KiB. The last chunk can be shorter. The gear table of
 * FastCDC contains the XXH3-64 of each byte value. Source: Xia et al., FastCDC, USENIX ATC 2016,
 * with normalised chunking.
 */
#ifndef VV_DATASET_FORMAT_CHUNK_H
#define VV_DATASET_FORMAT_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/format/list.h"

/* The least, the usual and the greatest size of a chunk in bytes. */
#define VV_CHUNK_MIN (16u << 10)
#define VV_CHUNK_NORMAL (64u << 10)
#define VV_CHUNK_MAX (256u << 10)

/* Returns the length of the first chunk of bytes[0 .. len), or 0 if more bytes are needed. Returns
 * 0 only if len < VV_CHUNK_MAX and at_end is false, or if len is 0. at_end: no bytes follow these
 * bytes in the sequence. */
size_t vv_chunk_cut(const uint8_t *bytes, size_t len, bool at_end);

/* Cuts len bytes into chunks, stores the chunks with sink, and appends the top of their list to
 * out. */
vv_status vv_chunks_write(vv_buf *out, const vv_sink *sink, const void *bytes, size_t len,
			  vv_error *err);

/* Reads the list of chunks with the encoded top top[0 .. top_len), and appends the bytes of all
 * chunks to out. VV_EREFUSED: the chunks have more than max bytes. */
vv_status vv_chunks_read(vv_buf *out, const vv_sink *source, const void *top, size_t top_len,
			 uint64_t max, vv_error *err);

/* A reader of a list of chunks, which reads one chunk at a time. */
typedef struct vv_chunk_reader vv_chunk_reader;
/* Opens a reader for the list of chunks with the encoded top top[0 .. top_len). The top is copied;
 * source must outlive the reader. */
vv_status vv_chunk_reader_open(vv_chunk_reader **out, const vv_sink *source, const void *top,
			       size_t top_len, vv_error *err);
void vv_chunk_reader_close(vv_chunk_reader *r); /* accepts NULL */
VV_AUTO_FREE(vv_chunk_reader, vv_chunk_reader_close)
/* Returns the number of bytes of all chunks together. Reads no chunks, since the list's top has
 * this number. */
uint64_t vv_chunk_reader_total(const vv_chunk_reader *r);
/* Moves to the chunk that contains the byte at offset `at`: the next call of vv_chunk_reader_next
 * returns this chunk, from its first byte. */
vv_status vv_chunk_reader_seek(vv_chunk_reader *r, uint64_t at, vv_error *err);
/* Reads the next chunk. Sets *bytes and *len to its bytes, borrowed until the next call, and *at to
 * the offset of its first byte. Returns 1, 0 at the end, or a negative status. */
int vv_chunk_reader_next(vv_chunk_reader *r, const char **bytes, size_t *len, uint64_t *at,
			 vv_error *err);

/* Appends the block that stores a chunk: "vvc", the byte 01, and the chunk's bytes. */
void vv_chunk_encode(vv_buf *out, const void *bytes, size_t len);
/* Sets *out and *len to the chunk's bytes in its block; *out points into block. VV_ECORRUPT: the
 * block does not store a chunk. */
vv_status vv_chunk_decode(const uint8_t **out, size_t *len, const void *block, size_t block_len,
			  vv_error *err);

#endif
